import Digests
import Faults

/// A picture in memory: 8-bit RGB, rows from the top, no padding, sRGB.
public struct PixelImage: Sendable, Equatable {
  /// Pixels in a row; at least 1.
  public let width: Int
  /// Rows; at least 1.
  public let height: Int
  /// `width * height * 3` bytes: red, green, blue, left to right and top to bottom.
  public let pixels: [UInt8]

  /// A picture of the given bytes.
  ///
  /// - Throws: ``PixelImageFault`` when a side is not positive or the bytes are not exactly width × height × 3.
  public init(width: Int, height: Int, pixels: [UInt8]) throws(PixelImageFault) {
    guard width > 0, height > 0, width <= 1 << 20, height <= 1 << 20, pixels.count == width * height * 3 else {
      throw PixelImageFault(width: width, height: height, byteCount: pixels.count)
    }
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The SHA-256 of the size and the pixels: equal exactly when a model sees the same picture.
  public var digest: SHA256Digest {
    var hasher = SHA256Hasher()
    Array("\(width)x\(height)\n".utf8).withUnsafeBufferPointer { hasher.update($0) }
    pixels.withUnsafeBufferPointer { hasher.update($0) }
    return hasher.finish()
  }
}

/// A picture whose size and bytes do not fit each other.
public struct PixelImageFault: Fault, Equatable {
  let width: Int
  let height: Int
  let byteCount: Int

  public var kind: FaultKind { .bug }
  public var description: String { "\(byteCount) bytes are not a picture of \(width) × \(height) RGB pixels" }
}
