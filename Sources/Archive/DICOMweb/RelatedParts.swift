import Foundation
import Synchronization

/// The parts of a `multipart/related` body (RFC 2387).
enum RelatedParts {
  /// The content of the first part.
  ///
  /// - Throws: ``DICOMwebFault`` for a body that is none, or has no part.
  static func first(of body: [UInt8], type: String) throws(DICOMwebFault) -> [UInt8] {
    guard type.lowercased().hasPrefix("multipart/related"), let boundary = boundary(in: type) else {
      throw .unexpectedAnswer("the archive", reason: "an instance that is not multipart/related")
    }
    let mark = Array("--\(boundary)".utf8)
    guard let start = body.firstRange(of: mark),
      let head = body[start.upperBound...].firstRange(of: Array("\r\n\r\n".utf8)),
      let end = body[head.upperBound...].lastRange(of: Array("\r\n".utf8) + mark)
    else { throw .unexpectedAnswer("the archive", reason: "a body without a whole part") }
    // The last mark is the closing one; with several parts, the first ends before.
    let next = body[head.upperBound..<end.upperBound].firstRange(of: Array("\r\n".utf8) + mark) ?? end
    return Array(body[head.upperBound..<next.lowerBound])
  }

  private static func boundary(in type: String) -> String? {
    for parameter in type.split(separator: ";").dropFirst() {
      let sides = parameter.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard sides.count == 2, sides[0].lowercased() == "boundary" else { continue }
      let name = sides[1].trimmingCharacters(in: CharacterSet(charactersIn: "\""))
      return (1...70).contains(name.utf8.count) ? name : nil
    }
    return nil
  }
}

extension ArraySlice where Element == UInt8 {
  /// The last place of some bytes.
  fileprivate func lastRange(of bytes: [UInt8]) -> Range<Int>? {
    guard bytes.count <= count, !bytes.isEmpty else { return nil }
    var start = endIndex - bytes.count
    while start >= startIndex {
      if self[start] == bytes[0], self[start..<start + bytes.count].elementsEqual(bytes) {
        return start..<start + bytes.count
      }
      start -= 1
    }
    return nil
  }
}

/// A body as it comes in, up to a limit.
final class ReceivedBody: Sendable {
  struct TooLarge: Error {}

  private let limit: Int
  private let storage = Mutex<[UInt8]>([])

  init(limit: Int) { self.limit = limit }

  var bytes: [UInt8] { storage.withLock { $0 } }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    try storage.withLock { storage in
      guard bytes.count <= limit - storage.count else { throw TooLarge() }
      storage += bytes
    }
  }
}
