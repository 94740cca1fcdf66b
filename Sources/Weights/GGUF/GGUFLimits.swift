/// What a header may hold at most.
///
/// llama.cpp keeps a header in memory twice while it loads, and 32 bytes for each string; these bounds keep that
/// below some two gigabytes for any file. The largest header in use, that of a vocabulary of 262,144 pieces with its merges, is some 20 MB with
/// 850,000 strings.
enum GGUFLimits {
  /// The header's size in bytes, up to the tensors' data.
  static let headerBytes = 256 << 20
  /// Metadata entries.
  static let entries = 65_536
  /// Tensors.
  static let tensors = 65_536
  /// A key's length in bytes (GGUF's specification).
  static let keyBytes = 65_535
  /// A single string's length in bytes; chat templates are some 20 kB.
  static let stringBytes = 16 << 20
  /// Elements of one array.
  static let arrayElements = 4 << 20
  /// Arrays in metadata that are kept after the checks, in elements.
  static let keptArray = 1_024
  /// A tensor name's length in bytes (`GGML_MAX_NAME` less its terminator).
  static let tensorNameBytes = 63
  /// A tensor's dimensions (`GGML_MAX_DIMS`).
  static let dimensions = 4
  /// The data's alignment in bytes: below 32, ggml's CPU buffers abort on a mapped file (`TENSOR_ALIGNMENT`).
  static let alignment = 32...1_048_576
  /// The alignment where the file names none.
  static let usualAlignment = 32
}
