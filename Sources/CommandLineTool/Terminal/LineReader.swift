import Digests
import Foundation
import UseCases

/// Lines from a descriptor, one when it is asked for: what nobody asked for stays in the pipe.
actor LineReader {
  /// Bytes of a line at most: an image of 72 MB in base64.
  static let longest = 96 << 20
  private static let piece = 1 << 16
  /// Milliseconds between checks for cancellation.
  private static let longestWait: Int32 = 50

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  /// Where the next line's end is looked for.
  private var scanned = 0
  private var isSkipping = false
  private var isOver = false

  init(_ descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

  /// The next line; `nil` at the end. A last line needs no end.
  ///
  /// - Throws: `UnreadableInput` when the descriptor cannot be read; `CancellationError`.
  func next() async throws -> Worker.Input? {
    while true {
      if let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[start..<end])
        start = end + 1
        scanned = start
        if !isSkipping, line.count <= Self.longest { return .line(line) }
        isSkipping = false
        return .tooLong(limit: Self.longest)
      }
      scanned = buffer.count
      if isSkipping || scanned - start > Self.longest {
        isSkipping = true
        (start, scanned) = (0, 0)
        buffer = []
      }
      guard !isOver else {
        let rest = Array(buffer[start...])
        (buffer, start, scanned) = ([], 0, 0)
        if isSkipping {
          isSkipping = false
          return .tooLong(limit: Self.longest)
        }
        return rest.isEmpty ? nil : .line(rest)
      }
      try await fill()
    }
  }

  private func fill() async throws {
    if start > 0 {
      buffer.removeFirst(start)
      (start, scanned) = (0, scanned - start)
    }
    let descriptor = descriptor
    let bytes = try await BlockingWork.run { try Self.piece(of: descriptor, until: $0) }
    if bytes.isEmpty { isOver = true }
    buffer += bytes
  }

  /// What is there, at least a byte unless it is the end.
  private static func piece(of descriptor: Int32, until cancellation: BlockingWork.Cancellation) throws -> [UInt8] {
    var piece = [UInt8](repeating: 0, count: Self.piece)
    while true {
      try cancellation.check()
      var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&awaited, 1, longestWait)
      if ready == 0 || (ready < 0 && (errno == EINTR || errno == EAGAIN)) { continue }
      let count = read(descriptor, &piece, piece.count)
      if count >= 0 { return Array(piece.prefix(count)) }
      if errno != EINTR && errno != EAGAIN { throw UnreadableInput(reason: String(cString: strerror(errno))) }
    }
  }
}
