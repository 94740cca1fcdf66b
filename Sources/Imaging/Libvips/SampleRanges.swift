import CVips

/// The largest samples of a picture of 16 bits. Looking for them reads the whole picture once.
struct SampleRanges {
  /// In the colours, counted from black.
  let largest: Int
  /// In the alpha channel; `nil` without one, or if the colours use their upper bits anyway.
  let alpha: Int?

  /// `nil` when the picture cannot be decoded.
  ///
  /// - Parameter load: loads the picture again, because it can be read from the top only once.
  init?(_ color: VipsColor, _ declared: DeclaredSamples, load: () -> VipsPicture?) {
    func extreme(
      _ first: Int, _ count: Int, _ find: (UnsafeMutablePointer<VipsImage>, UnsafeMutablePointer<Double>) -> Int32
    ) -> Int? {
      guard let picture = load(),
        let bands = VipsPicture({ dermgemma_vips_extract_bands(picture.pointer, $0, Int32(first), Int32(count)) })
      else { return nil }
      var value = 0.0
      return find(bands.pointer, &value) == 0 ? Int(value) : nil
    }
    let found =
      declared.isZeroWhite
      ? extreme(0, color.colorBands) { dermgemma_vips_min($0, $1) }.map { 65_535 - $0 }
      : extreme(0, color.colorBands) { dermgemma_vips_max($0, $1) }
    guard let found else { return nil }
    largest = found
    guard color.hasAlpha, found < 1 << 14 else {
      alpha = nil
      return
    }
    guard let opacity = extreme(color.colorBands, 1, { dermgemma_vips_max($0, $1) }) else { return nil }
    alpha = opacity
  }
}
