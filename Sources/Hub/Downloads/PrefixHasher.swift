import Digests

/// Takes the digest of a file while it is being fetched: follows the pieces that are whole, from the beginning.
actor PrefixHasher {
  private let file: PartialFile
  private var hasher: SHA256Hasher? = SHA256Hasher()
  private var next = 0
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)

  init(_ file: PartialFile) { self.file = file }

  /// Hashes as far as pieces are whole without a gap.
  func advance() throws {
    while next < file.pieceCount, file.isWhole(next) {
      let range = file.range(ofPiece: next)
      var place = range.lowerBound
      while place < range.upperBound {
        try Task.checkCancellation()
        let wanted = min(buffer.count, Int(range.upperBound - place))
        let file = file
        let at = place
        let count = try buffer.withUnsafeMutableBytes { bytes in
          try file.read(UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(wanted)), at: at)
        }
        guard count > 0 else {
          throw TransferFault.unwritable(path: file.incompletePath, reason: "it became shorter while it was read")
        }
        buffer.withUnsafeBytes { hasher?.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        place += Int64(count)
      }
      next += 1
    }
  }

  /// The digest of the whole file; to be called once.
  func finish() throws -> SHA256Digest {
    try advance()
    return hasher.take()?.finish() ?? SHA256Digest(of: [])
  }
}
