/// A tensor's number format.
///
/// Formats that ggml has withdrawn (4, 5, 31 to 33, 36 to 38) are not among them; gguf.cpp refuses those as well.
public struct TensorType: Sendable, Hashable {
  /// ggml's number for it (`enum ggml_type`).
  public let number: UInt32
  /// Its usual name, as in "Q4_K".
  public let name: String
  /// The values that are stored together in a block; a row is a whole number of blocks.
  let blockValues: Int
  /// A block's bytes (ggml-common.h).
  let blockBytes: Int
  /// Whether llama.cpp multiplies by a matrix of this format, and takes rows from it, on any CPU.
  ///
  /// Each was tried in both places; the integer and the intermediate formats (Q8_1, Q8_K) abort.
  let servesMatrices: Bool

  private init(_ number: UInt32, _ name: String, _ values: Int, _ bytes: Int, matrices: Bool = true) {
    (self.number, self.name, blockValues, blockBytes, servesMatrices) = (number, name, values, bytes, matrices)
  }

  /// The format of a number that a file gives; `nil` for an unknown one.
  init?(number: UInt32) {
    guard let type = Self.all[number] else { return nil }
    self = type
  }

  /// 32-bit floats.
  static let f32 = TensorType(0, "F32", 1, 4)
  /// 16-bit floats.
  static let f16 = TensorType(1, "F16", 1, 2)
  /// 16-bit floats with the exponent of 32-bit ones.
  static let bf16 = TensorType(30, "BF16", 1, 2)
  /// The formats of matrices.
  static let matrixFormats = Set(all.values.filter(\.servesMatrices))

  private static let all: [UInt32: TensorType] = {
    let types = [
      f32, f16, bf16,
      TensorType(2, "Q4_0", 32, 18),
      TensorType(3, "Q4_1", 32, 20),
      TensorType(6, "Q5_0", 32, 22),
      TensorType(7, "Q5_1", 32, 24),
      TensorType(8, "Q8_0", 32, 34),
      TensorType(9, "Q8_1", 32, 36, matrices: false),
      TensorType(10, "Q2_K", 256, 84),
      TensorType(11, "Q3_K", 256, 110),
      TensorType(12, "Q4_K", 256, 144),
      TensorType(13, "Q5_K", 256, 176),
      TensorType(14, "Q6_K", 256, 210),
      TensorType(15, "Q8_K", 256, 292, matrices: false),
      TensorType(16, "IQ2_XXS", 256, 66),
      TensorType(17, "IQ2_XS", 256, 74),
      TensorType(18, "IQ3_XXS", 256, 98),
      TensorType(19, "IQ1_S", 256, 50),
      TensorType(20, "IQ4_NL", 32, 18),
      TensorType(21, "IQ3_S", 256, 110),
      TensorType(22, "IQ2_S", 256, 82),
      TensorType(23, "IQ4_XS", 256, 136),
      TensorType(24, "I8", 1, 1, matrices: false),
      TensorType(25, "I16", 1, 2, matrices: false),
      TensorType(26, "I32", 1, 4, matrices: false),
      TensorType(27, "I64", 1, 8, matrices: false),
      TensorType(28, "F64", 1, 8, matrices: false),
      TensorType(29, "IQ1_M", 256, 56),
      TensorType(34, "TQ1_0", 256, 54),
      TensorType(35, "TQ2_0", 256, 66),
      TensorType(39, "MXFP4", 32, 17),
      TensorType(40, "NVFP4", 64, 36, matrices: false),
      TensorType(41, "Q1_0", 128, 18, matrices: false),
      TensorType(42, "Q2_0", 64, 18, matrices: false),
    ]
    return Dictionary(types.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
  }()
}

/// What a header says of one tensor.
public struct TensorDescription: Sendable {
  /// Its name, as in `blk.0.attn_q.weight`.
  public let name: String
  /// Its dimensions, the fastest-varying first (ggml's `ne`).
  public let shape: [Int]
  /// Its number format.
  public let type: TensorType
  /// Where its data begins, from the file's start.
  public let offset: Int
  /// Its data's size in bytes.
  public let size: Int
}
