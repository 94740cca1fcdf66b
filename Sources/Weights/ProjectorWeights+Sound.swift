import Foundation

extension ProjectorWeights {
  /// Whether the file has a tower for sound beside the one for pictures. It is never read.
  public var hasSound: Bool { soundFlag != nil }

  /// Bytes that are copied at a time.
  private static let piece = 1 << 20

  /// Writes the same file without its tower for sound: it no longer says that it has one, and there are holes in place of its tensors.
  ///
  /// What mtmd would do with that tower need not be checked then, and it takes no memory.
  ///
  /// - Parameter descriptor: of an empty file.
  /// - Throws: ``WeightsFault`` when the file cannot be read any more, or there is no room for the copy.
  public func writeWithoutSound(to descriptor: Int32) throws(WeightsFault) {
    func write(_ bytes: [UInt8], at offset: Int) throws(WeightsFault) {
      var written = 0
      while written < bytes.count {
        let count = bytes.withUnsafeBytes { buffer in
          buffer.baseAddress.map { pwrite(descriptor, $0 + written, bytes.count - written, off_t(offset + written)) }
            ?? 0
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          throw WeightsFault(
            path: path, reason: "cannot be copied without its tower for sound (\(String(cString: strerror(errno))))")
        }
        written += count
      }
    }
    let dataStart = file.tensors.map(\.offset).min() ?? file.size
    var header = try file.file.bytes(at: 0, count: dataStart)
    if let soundFlag, header.indices.contains(soundFlag) { header[soundFlag] = 0 }
    try write(header, at: 0)
    for tensor in file.tensors where !tensor.isForSound {
      var done = 0
      while done < tensor.size {
        let count = min(Self.piece, tensor.size - done)
        try write(try file.file.bytes(at: tensor.offset + done, count: count), at: tensor.offset + done)
        done += count
      }
    }
    guard ftruncate(descriptor, off_t(file.size)) == 0 else {
      throw WeightsFault(
        path: path, reason: "cannot be copied without its tower for sound (\(String(cString: strerror(errno))))")
    }
  }
}

extension TensorDescription {
  /// Whether it belongs to a projector's tower for sound, by mtmd's names.
  var isForSound: Bool { name.hasPrefix("a.") || name.hasPrefix("mm.a.") }
}
