import Digests
import Dispatch
import Synchronization

/// Computes the digest of a file during its download: follows the complete chunks from the beginning.
///
/// It reads and hashes on its own queue, to which everything except `isStopped` belongs, so `@unchecked Sendable` is
/// safe: gigabytes would block threads of Swift's shared pool.
final class PrefixHasher: @unchecked Sendable {
  private let queue = DispatchQueue(label: "dermgemma-digest", qos: .utility)
  private let file: PartialFile
  private var hasher: SHA256Hasher? = SHA256Hasher()
  private var next = 0
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)
  private var failure: (any Error)?
  private let isStopped = Atomic(false)

  init(_ file: PartialFile) { self.file = file }

  /// Lets it hash up to the first gap between complete chunks.
  func advance() {
    queue.async { self.follow() }
  }

  /// The digest of the whole file; to be called once.
  func finish() async throws -> SHA256Digest {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queue.async {
          self.follow()
          if let failure = self.failure { return continuation.resume(throwing: failure) }
          continuation.resume(returning: self.hasher.take()?.finish() ?? SHA256Digest(of: []))
        }
      }
    } onCancel: {
      stop()
    }
  }

  /// Stops it early.
  func stop() { isStopped.store(true, ordering: .relaxed) }

  private func follow() {
    do {
      while failure == nil, next < file.chunkCount, file.isWhole(next) {
        try hash(file.range(ofChunk: next))
        next += 1
      }
    } catch {
      failure = error
    }
  }

  private func hash(_ range: Range<Int64>) throws {
    var place = range.lowerBound
    while place < range.upperBound {
      if isStopped.load(ordering: .relaxed) { throw CancellationError() }
      let wanted = min(buffer.count, Int(range.upperBound - place))
      let count = try buffer.withUnsafeMutableBytes { bytes in
        try file.read(UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(wanted)), at: place)
      }
      guard count > 0 else {
        throw TransferFault.unwritable(path: file.partPath, reason: "it shrank while it was read")
      }
      buffer.withUnsafeBytes { hasher?.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
      place += Int64(count)
    }
  }
}
