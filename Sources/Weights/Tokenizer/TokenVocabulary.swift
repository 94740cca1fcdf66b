import TextOutput

/// The tokenizer of a text model, checked for what llama.cpp's code for its kind takes for granted (llama-vocab.cpp):
/// lists of one length, pieces all different, a piece for every byte, identifiers in range.
public struct TokenVocabulary: Sendable {
  /// How many pieces there are.
  public let size: Int
  /// The identifiers of the pieces that were looked for, where they exist.
  let special: [String: Int]
  /// The piece that begins every sequence; `nil` in a family without one.
  public let beginOfSequence: Int?
  /// Settings missing in the file, for which llama.cpp would use others than the family's.
  public let overrides: [MetadataOverride]

  /// The token types of llama.h (`llama_token_type`): undefined to byte.
  private static let tokenTypes = 0...6
  private static let byteType = 6

  /// The control pieces, with their identifiers, whatever types the file gives them.
  public var markers: [String: Int] { special }

  /// Whether a piece is in the vocabulary; only the markers above are known.
  func has(_ marker: String) -> Bool { special[marker] != nil }

  /// Checks a text model's tokenizer.
  init(_ metadata: GGUFMetadata, of family: any ModelFamily) throws(WeightsFault) {
    let rules = family.tokenizer
    try Self.checkSettings(metadata, family)
    let key = "tokenizer.ggml.tokens"
    guard let value = metadata[key] else { throw metadata.fault("\(key) is missing") }
    guard case .strings(let pieces) = value else {
      throw metadata.fault("\(key) is \(value.spokenName); an array of strings is needed")
    }
    guard pieces.count > 0, pieces.count <= rules.mostPieces else {
      throw metadata.fault(
        "\(key) has \(grouped(pieces.count)) pieces; from 1 to \(grouped(rules.mostPieces)) are accepted")
    }
    size = pieces.count
    let types = try Self.tokenTypes(metadata, count: pieces.count)
    if rules.kind.needsScores || metadata["tokenizer.ggml.scores"] != nil {
      try Self.checkScores(metadata, count: pieces.count)
    }
    if rules.kind.hasMerges { try Self.checkMerges(metadata, most: rules.mostPieces) }
    special = try Self.checkPieces(pieces, types: types, family, metadata)
    try Self.checkIdentifiers(metadata, size: pieces.count)
    beginOfSequence = try Self.beginOfSequence(metadata, special, piece: rules.beginOfSequence)
    overrides = MetadataOverride.missing(in: metadata, rules: rules.overrides, markers: special)
    for marker in family.chat.turnMarkers where special[marker] == nil {
      throw metadata.fault(
        "its vocabulary has no piece \(quoted(marker)), so it is not an instruction-tuned \(family.name)")
    }
    try Self.checkName(metadata)
  }

  private static func checkSettings(_ metadata: GGUFMetadata, _ family: any ModelFamily) throws(WeightsFault) {
    let model = try metadata.text("tokenizer.ggml.model")
    guard let model else { throw metadata.fault("tokenizer.ggml.model is missing") }
    let rules = family.tokenizer
    guard model == rules.declared else {
      throw metadata.fault(
        "its tokenizer is of the kind \(quoted(model)); \(family.name)'s is \(quoted(rules.declared)) "
          + "(\(rules.kind.spokenName))")
    }
    let cutting = try metadata.text("tokenizer.ggml.pre")
    if let needed = family.tokenizer.preTokenizer, cutting != needed {
      let found = cutting.map { "is \(quoted($0))" } ?? "is missing"
      throw metadata.fault("tokenizer.ggml.pre \(found); \(family.name)'s is \(quoted(needed))")
    }
    _ = try metadata.number("tokenizer.ggml.token_type_count", .uint32)
    for setting in [
      "add_space_prefix", "remove_extra_whitespaces", "add_bos_token", "add_eos_token", "add_sep_token",
      "normalizer.lowercase", "normalizer.strip_accents",
    ] { _ = try metadata.flag("tokenizer.ggml.\(setting)") }
    _ = try metadata.array("tokenizer.ggml.suppress_tokens", of: .int32)
  }

  private static func tokenTypes(_ metadata: GGUFMetadata, count: Int) throws(WeightsFault) -> [UInt8] {
    let key = "tokenizer.ggml.token_type"
    guard let types = try metadata.array(key, of: .int32) else { throw metadata.fault("\(key) is missing") }
    try checkLength(types, of: key, count: count, metadata)
    var narrow: [UInt8] = []
    narrow.reserveCapacity(count)
    for offset in stride(from: 0, to: types.bytes.count - 3, by: 4) {
      let type = Int(decodedNumber(.int32, types.bytes, at: offset))
      guard Self.tokenTypes.contains(type) else {
        throw metadata.fault("\(key) gives piece \(grouped(offset / 4)) the unknown type \(type)")
      }
      narrow.append(UInt8(type))
    }
    return narrow
  }

  private static func checkScores(_ metadata: GGUFMetadata, count: Int) throws(WeightsFault) {
    let key = "tokenizer.ggml.scores"
    guard let scores = try metadata.array(key, of: .float32) else { throw metadata.fault("\(key) is missing") }
    try checkLength(scores, of: key, count: count, metadata)
    for offset in stride(from: 0, to: scores.bytes.count - 3, by: 4)
    where !decodedNumber(.float32, scores.bytes, at: offset).isFinite {
      throw metadata.fault("\(key) gives piece \(grouped(offset / 4)) a score that is not a finite number")
    }
  }

  /// Each pair has a left and a right side; llama.cpp would take one without for two empty texts.
  private static func checkMerges(_ metadata: GGUFMetadata, most: Int) throws(WeightsFault) {
    let key = "tokenizer.ggml.merges"
    guard let value = metadata[key] else { throw metadata.fault("\(key) is missing") }
    guard case .strings(let merges) = value else {
      throw metadata.fault("\(key) is \(value.spokenName); an array of strings is needed")
    }
    guard merges.count <= most else {
      throw metadata.fault("\(key) has \(grouped(merges.count)) pairs; at most \(grouped(most)) are accepted")
    }
    for index in 0..<merges.count {
      let range = merges.range(of: index)
      let space = merges.bytes[range].dropFirst().firstIndex(of: 0x20)
      guard let space, space < range.upperBound - 1 else {
        throw metadata.fault("\(key) has no pair in its line \(grouped(index))")
      }
    }
  }

  private static func checkLength(
    _ numbers: GGUFNumbers, of key: String, count: Int, _ metadata: GGUFMetadata
  ) throws(WeightsFault) {
    guard numbers.count == count else {
      throw metadata.fault("\(key) has \(grouped(numbers.count)) elements for \(grouped(count)) pieces")
    }
  }

  /// Checks the pieces one by one, and finds the markers.
  private static func checkPieces(
    _ pieces: GGUFStrings, types: [UInt8], _ family: any ModelFamily, _ metadata: GGUFMetadata
  ) throws(WeightsFault) -> [String: Int] {
    let (chat, rules) = (family.chat, family.tokenizer)
    var table = TokenTable(
      rules.kind, markers: chat.turnMarkers + chat.imageMarkers + chat.endOfTurn + rules.otherMarkers)
    for index in 0..<pieces.count {
      let range = pieces.range(of: index)
      guard range.count <= rules.longestPiece else {
        throw metadata.fault(
          "piece \(grouped(index)) of its vocabulary is \(grouped(range.count)) bytes long; "
            + "at most \(grouped(rules.longestPiece)) are accepted")
      }
      let isByte = types[index] == byteType
      if let objection = table.add(pieces.bytes, range, index: index, isByte: isByte) {
        throw metadata.fault("piece \(grouped(index)) of its vocabulary \(objection)")
      }
    }
    if let byte = table.firstMissingByte {
      throw metadata.fault(
        "its vocabulary has no piece for the byte \(byte); llama.cpp would stop on text that holds it")
    }
    if let pair = table.firstDuplicate(pieces) {
      throw metadata.fault("pieces \(grouped(pair.0)) and \(grouped(pair.1)) of its vocabulary are the same")
    }
    return table.found
  }

  private static func checkIdentifiers(_ metadata: GGUFMetadata, size: Int) throws(WeightsFault) {
    for role in [
      "bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "cls", "mask", "fim_pre", "fim_suf", "fim_mid",
      "fim_pad", "fim_rep", "fim_sep", "prefix", "suffix", "middle",
    ] { _ = try metadata.whole("tokenizer.ggml.\(role)_token_id", in: 0...(size - 1)) }
  }

  /// The file's setting, or else the family's piece: llama.cpp would use piece 1, whatever that is.
  private static func beginOfSequence(
    _ metadata: GGUFMetadata, _ markers: [String: Int], piece: String?
  ) throws(WeightsFault) -> Int? {
    guard let piece else { return nil }
    let key = "tokenizer.ggml.bos_token_id"
    let named = try metadata.number(key, .uint32).map { Int($0) }
    let found = markers[piece]
    guard let identifier = named ?? found else {
      throw metadata.fault("\(key) is missing, and its vocabulary has no piece \(quoted(piece))")
    }
    if let found, found != identifier {
      throw metadata.fault(
        "\(key) is \(grouped(identifier)), but the piece \(quoted(piece)) of its vocabulary is \(grouped(found))")
    }
    return identifier
  }

  /// llama.cpp changes how pieces strip spaces, and looks up some that others lack, when a name says "phi3".
  private static func checkName(_ metadata: GGUFMetadata) throws(WeightsFault) {
    let name = metadata.string("general.name")?.lowercased() ?? ""
    guard !name.contains("phi3"), !name.contains("phi-3") else {
      throw metadata.fault("general.name is that of a Phi 3 model; llama.cpp would treat its pieces so")
    }
  }
}
