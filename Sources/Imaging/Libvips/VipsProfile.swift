import CVips

/// Converts 8-bit RGB by an ICC profile that comes beside it.
enum VipsProfile {
  /// The same picture in sRGB (perceptual intent); `nil` for a profile that cannot be used.
  static func srgb(_ pixels: [UInt8], width: Int, height: Int, profile: [UInt8]) -> [UInt8]? {
    // libvips takes sRGB for a profile that is none; every profile has this signature (ICC.1:2010, 7.2.11).
    guard let library = VipsLibrary.shared, pixels.count == width * height * 3, profile.count >= 132,
      profile[36..<40].elementsEqual("acsp".utf8)
    else { return nil }
    return library.sharing {
      pixels.withUnsafeBytes { buffer in
        let bare = VipsPicture { output in
          output.pointee = vips_image_new_from_memory(
            buffer.baseAddress, buffer.count, Int32(width), Int32(height), 3, VIPS_FORMAT_UCHAR)
          return output.pointee == nil ? -1 : 0
        }
        guard let bare,
          let tagged = VipsPicture({ dermgemma_vips_set_profile(bare.pointer, $0, profile, profile.count) }),
          let managed = VipsPicture({ dermgemma_vips_profile_to_srgb(tagged.pointer, $0) }), managed.bands == 3,
          let bytes = managed.bytes(), bytes.count == pixels.count
        else { return nil }
        return bytes
      }
    }
  }
}
