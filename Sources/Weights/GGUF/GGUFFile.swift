import TextOutput

/// A GGUF file whose header has been read and checked as a container.
///
/// Every count, length, type, dimension and offset is within the file's bounds. `TextWeights` and ``ProjectorWeights``
/// check what the values mean.
///
/// The format is GGUF 2 and 3, little-endian (ggml/docs/gguf.md). The checks are those of llama.cpp's gguf.cpp and
/// more: what that reader accepts but the loader behind it aborts on, or what would make it allocate without bound,
/// is refused here.
public struct GGUFFile: Sendable {
  /// The file.
  let file: WeightsFile
  /// The metadata, by key.
  public internal(set) var metadata: GGUFMetadata
  /// The tensors in the file's order.
  public let tensors: [TensorDescription]

  /// The path as the caller gave it.
  public var path: String { file.path }
  /// The file's size in bytes.
  public var size: Int { file.size }

  /// Reads and checks a file's header.
  ///
  /// - Throws: ``WeightsFault``, which names the file, what is wrong and where.
  public init(path: String) throws(WeightsFault) {
    file = try WeightsFile(path: path)
    var reader = GGUFHeaderReader(file: file)
    try Self.checkMagic(of: file)
    _ = try reader.uint32("the magic number")
    try Self.checkVersion(try reader.uint32("the version"), path: path)
    let tensorCount = try Self.count(
      try reader.uint64("the number of tensors"), of: "tensors", leastBytes: 32, limit: GGUFLimits.tensors, reader)
    let entryCount = try Self.count(
      try reader.uint64("the number of metadata entries"), of: "metadata entries", leastBytes: 13,
      limit: GGUFLimits.entries, reader)
    metadata = try GGUFMetadata(count: entryCount, from: &reader)
    tensors = try reader.tensors(count: tensorCount, alignment: metadata.alignment())
  }

  /// Magic numbers of other formats, to name them in the fault.
  private static let otherFormats: [(start: [UInt8], name: String)] = [
    (Array("PK\u{3}\u{4}".utf8), "a ZIP archive (a PyTorch checkpoint perhaps)"), ([0xff, 0xd8, 0xff], "a JPEG image"),
    ([0x89, 0x50, 0x4e, 0x47], "a PNG image"), (Array("<!DO".utf8), "an HTML page"),
    (Array("<htm".utf8), "an HTML page"),
    (Array("vers".utf8), "text (a Git LFS pointer perhaps)"), (Array("ggml".utf8), "an old GGML file"),
    (Array("lmgg".utf8), "an old GGML file"), (Array("tjgg".utf8), "an old GGML file"),
    (Array("FUGG".utf8), "a big-endian GGUF file"), ([0x1f, 0x8b], "a gzip archive"),
  ]

  private static func checkMagic(of file: WeightsFile) throws(WeightsFault) {
    let start = try file.bytes(at: 0, count: min(8, file.size))
    if start.starts(with: Array("GGUF".utf8)) { return }
    let other = otherFormats.first { start.starts(with: $0.start) }
    let looks = other.map { "; it looks like \($0.name)" } ?? ""
    throw WeightsFault(path: file.path, reason: "is not a GGUF file (it does not begin with \"GGUF\"\(looks))")
  }

  private static func checkVersion(_ version: UInt32, path: String) throws(WeightsFault) {
    switch version {
    case 2, 3: return
    case 1: throw WeightsFault(path: path, reason: "is GGUF version 1, which is no longer supported; convert it again")
    default:
      // gguf.cpp: a small version number in the other byte order has its low half empty.
      let isSwapped = version & 0xffff == 0 && version != 0
      let reason =
        isSwapped ? "is a big-endian GGUF file, which is not read" : "is GGUF version \(version); 2 and 3 are read"
      throw WeightsFault(path: path, reason: reason)
    }
  }

  private static func count(
    _ count: UInt64, of what: String, leastBytes: Int, limit: Int, _ reader: GGUFHeaderReader
  ) throws(WeightsFault) -> Int {
    guard count <= UInt64(reader.remaining / leastBytes) else {
      throw reader.fault("claims \(grouped(count)) \(what), more than its \(grouped(reader.file.size)) bytes can hold")
    }
    guard count <= UInt64(limit) else {
      throw reader.fault("claims \(grouped(count)) \(what); at most \(grouped(limit)) are accepted")
    }
    return Int(count)
  }
}
