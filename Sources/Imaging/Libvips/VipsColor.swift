import CVips

/// How a loaded picture's channels become 8-bit sRGB.
struct VipsColor {
  let colorBands: Int
  private let extraChannel: PictureLayout.ExtraChannel
  private let png: PNGColors
  /// For 16-bit samples that do not use their upper bits: how colours and, if present, alpha are scaled to the full
  /// range.
  var scale: (colors: (scale: Double, offset: Double), alpha: Double?)?

  /// - Throws: `FormatFault` for samples or colour spaces that are not read.
  init(of picture: borrowing VipsPicture, _ layout: PictureLayout) throws(FormatFault) {
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
    extraChannel = picture.bands > colorBands ? layout.extraChannel : .unspecified
    png = layout.colors
  }

  /// The picture in three channels of 8-bit sRGB, over white; `nil` when libvips fails.
  func converted(_ picture: borrowing VipsPicture) -> VipsPicture? {
    switch extraChannel {
    case .unspecified: return srgb(picture)
    case .alpha:
      // A channel beyond the alpha is ignored.
      guard let colors = srgb(picture), let stored = bands(picture, colorBands, 1),
        let alpha = scaled(stored, by: scale?.alpha.map { ($0, 0) }),
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

  /// Whether there is alpha, in the first band after the colours.
  var hasAlpha: Bool { extraChannel == .alpha }

  private func scaled(
    _ picture: consuming VipsPicture, by line: (scale: Double, offset: Double)?
  ) -> VipsPicture? {
    guard let line else { return picture }
    // The half is for rounding, because libvips truncates.
    let (scale, offset) = (line.scale, line.offset + 0.5)
    return VipsPicture { dermgemma_vips_scale(picture.pointer, $0, scale, offset) }
  }

  /// The colours alone, converted by a PNG's cICP, by the embedded profile if it can be used, or by a PNG's other
  /// colour information.
  private func srgb(_ picture: borrowing VipsPicture) -> VipsPicture? {
    guard let stored = bands(picture, 0, colorBands), let colors = scaled(stored, by: scale?.colors) else { return nil }
    if let profile = png.overriding, let managed = srgb(colors, by: profile) { return managed }
    if picture.has("icc-profile-data"),
      let managed = VipsPicture({ dermgemma_vips_profile_to_srgb(colors.pointer, $0) }),
      // libvips takes a profile of fewer channels (grey for RGB) and passes the others through.
      managed.bands == 3
    {
      return managed
    }
    if let profile = png.fallback, let managed = srgb(colors, by: profile) { return managed }
    return VipsPicture { dermgemma_vips_to_srgb(colors.pointer, $0) }
  }

  private func srgb(_ colors: borrowing VipsPicture, by profile: ICCProfile) -> VipsPicture? {
    // Grey goes through the curve as three equal colours: with a grey profile, lcms is 10 levels off in dark areas.
    if colors.bands == 1 {
      guard let two = VipsPicture({ dermgemma_vips_join_bands(colors.pointer, colors.pointer, $0) }),
        let three = VipsPicture({ dermgemma_vips_join_bands(two.pointer, colors.pointer, $0) })
      else { return nil }
      return srgb(three, by: profile)
    }
    guard colors.bands == 3 else { return nil }
    let tagged = VipsPicture { output in
      dermgemma_vips_set_profile(colors.pointer, output, profile.bytes, profile.bytes.count)
    }
    guard let tagged, let managed = VipsPicture({ dermgemma_vips_profile_to_srgb(tagged.pointer, $0) }),
      managed.bands == 3
    else { return nil }
    return managed
  }

  private func bands(_ picture: borrowing VipsPicture, _ first: Int, _ count: Int) -> VipsPicture? {
    VipsPicture { dermgemma_vips_extract_bands(picture.pointer, $0, Int32(first), Int32(count)) }
  }
}
