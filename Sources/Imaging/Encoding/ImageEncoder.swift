import CVips
import VisionLanguage

/// Writes pictures: no metadata, and the same bytes for the same picture.
public enum ImageEncoder {
  /// How much is done to make a PNG small.
  public enum Effort: Int32, Sendable {
    /// Less than half the time for some 6 % more bytes (zlib's level 1): for a picture that is sent once and not kept.
    case quick = 1
    /// As zlib does by itself (level 6).
    case usual = 6
  }

  /// A PNG, without loss.
  ///
  /// - Parameters:
  ///   - image: the picture.
  ///   - effort: how much is done to make it small.
  /// - Throws: `ImageFault.notEncodable`.
  public static func png(_ image: PixelImage, effort: Effort = .usual) throws(ImageFault) -> [UInt8] {
    try encode(image, as: .png) { dermgemma_vips_save_png($0, $1, $2, effort.rawValue) }
  }

  /// A JPEG.
  ///
  /// - Parameters:
  ///   - image: the picture; at most 65,535 pixels on a side.
  ///   - quality: 1 to 100, as libjpeg counts it; values outside are brought inside. Below 90 colours are kept at half
  ///     the resolution.
  /// - Throws: `ImageFault.notEncodable`, for a side over 65,535 pixels above all.
  public static func jpeg(_ image: PixelImage, quality: Int = 90) throws(ImageFault) -> [UInt8] {
    let quality = Int32(min(max(quality, 1), 100))
    return try encode(image, as: .jpeg) { dermgemma_vips_save_jpeg($0, $1, $2, quality) }
  }

  private typealias Saving = (
    UnsafeMutablePointer<VipsImage>?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?, UnsafeMutablePointer<Int>?
  ) -> Int32

  private static func encode(
    _ image: PixelImage, as format: ImageFormat, _ save: Saving
  ) throws(ImageFault) -> [UInt8] {
    guard let library = VipsLibrary.shared else { throw .inconsistent("libvips would not start") }
    let bytes: [UInt8]? = library.sharing {
      image.pixels.withUnsafeBytes { buffer in
        let bare = VipsPicture { output in
          output.pointee = vips_image_new_from_memory(
            buffer.baseAddress, buffer.count, Int32(image.width), Int32(image.height), 3, VIPS_FORMAT_UCHAR)
          return output.pointee == nil ? -1 : 0
        }
        guard let bare, let picture = VipsPicture({ dermgemma_vips_mark_srgb(bare.pointer, $0) }) else { return nil }
        var memory: UnsafeMutableRawPointer?
        var count = 0
        guard save(picture.pointer, &memory, &count) == 0, let memory else { return nil }
        defer { g_free(memory) }
        return Array(UnsafeRawBufferPointer(start: memory, count: count))
      }
    }
    guard let bytes else { throw .notEncodable(format: format, width: image.width, height: image.height) }
    return bytes
  }
}
