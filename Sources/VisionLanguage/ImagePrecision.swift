/// The arithmetic in which an image's encoder multiplies its weights with the image's patches. Sums are 32 bits wide in both.
public enum ImagePrecision: String, Sendable, CaseIterable {
  /// Numbers of 32 bits.
  case f32
  /// Weights and numbers of the image rounded to bfloat16: 8 bits of precision, on processors with AVX512-BF16.
  case bf16

  /// What a model's name gets where it is not the usual one.
  var remark: String { self == .f32 ? "" : ", images in \(rawValue)" }
}
