import CVips

/// How a loaded picture's channels become 8-bit sRGB.
struct VipsColor {
  private let colorBands: Int
  private let extraChannel: PictureLayout.ExtraChannel

  /// - Throws: `FormatFault` for samples or colour spaces that are not read.
  init(of picture: borrowing VipsPicture, _ extraChannel: PictureLayout.ExtraChannel) throws(FormatFault) {
    switch picture.format {
    case VIPS_FORMAT_UCHAR, VIPS_FORMAT_USHORT: break
    case VIPS_FORMAT_FLOAT, VIPS_FORMAT_DOUBLE: throw .featureNotAccepted("floating-point samples")
    case VIPS_FORMAT_CHAR, VIPS_FORMAT_SHORT: throw .featureNotAccepted("signed samples")
    default: throw .featureNotAccepted("samples of more than 16 bits")
    }
    switch picture.interpretation {
    case VIPS_INTERPRETATION_B_W, VIPS_INTERPRETATION_GREY16: colorBands = 1
    case VIPS_INTERPRETATION_sRGB, VIPS_INTERPRETATION_RGB, VIPS_INTERPRETATION_RGB16: colorBands = 3
    case VIPS_INTERPRETATION_CMYK: colorBands = 4
    default: throw .featureNotAccepted("colours that are neither grey, RGB nor CMYK")
    }
    guard picture.bands >= colorBands else { throw .damaged("it has too few channels") }
    self.extraChannel = picture.bands > colorBands ? extraChannel : .unspecified
  }

  /// The picture in three channels of 8-bit sRGB, over white; `nil` when libvips fails.
  func converted(_ picture: borrowing VipsPicture) -> VipsPicture? {
    switch extraChannel {
    case .unspecified: return srgb(picture)
    case .alpha:
      // A channel beyond the alpha is left aside.
      guard let colors = srgb(picture), let alpha = bands(picture, colorBands, 1),
        let alphaByte = VipsPicture({ dermgemma_vips_high_byte(alpha.pointer, $0) })
      else { return nil }
      return flattened(colors, alphaByte)
    }
  }

  private func flattened(_ colors: borrowing VipsPicture, _ alpha: borrowing VipsPicture) -> VipsPicture? {
    guard let joined = VipsPicture({ dermgemma_vips_join_bands(colors.pointer, alpha.pointer, $0) }) else {
      return nil
    }
    return VipsPicture { dermgemma_vips_flatten_on_white(joined.pointer, $0) }
  }

  /// The colours alone, by the embedded profile if it can be used.
  private func srgb(_ picture: borrowing VipsPicture) -> VipsPicture? {
    guard let colors = bands(picture, 0, colorBands) else { return nil }
    if picture.has("icc-profile-data"),
      let managed = VipsPicture({ dermgemma_vips_profile_to_srgb(colors.pointer, $0) }),
      // libvips takes a profile of fewer channels (grey for RGB) and passes the others through.
      managed.bands == 3
    {
      return managed
    }
    return VipsPicture { dermgemma_vips_to_srgb(colors.pointer, $0) }
  }

  private func bands(_ picture: borrowing VipsPicture, _ first: Int, _ count: Int) -> VipsPicture? {
    VipsPicture { dermgemma_vips_extract_bands(picture.pointer, $0, Int32(first), Int32(count)) }
  }
}
