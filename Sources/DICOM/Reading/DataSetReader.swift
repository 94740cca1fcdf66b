/// Reads a data set's structure: every header and every nested sequence is checked, the values of a few elements are noted.
struct DataSetReader {
  /// Sequences within sequences; real files have four.
  static let deepest = 16
  /// Elements in a file, nested ones too.
  static let mostElements = 1_000_000

  private let data: LittleEndianBytes
  private let isExplicit: Bool
  private let kept: Set<Tag>
  private var elements = 0

  /// - Parameter others: elements that are noted beside ``Tag/kept``.
  init(_ data: LittleEndianBytes, isExplicit: Bool, keeping others: Set<Tag> = []) {
    self.data = data
    self.isExplicit = isExplicit
    kept = others.isEmpty ? Tag.kept : Tag.kept.union(others)
  }

  /// Reads up to and including the pixels, or to the end; what follows the pixels is not looked at.
  mutating func dataSet(from start: Int) throws(DICOMFault) -> DataSet {
    try elements(from: start, end: data.count, endsAtItem: false, isExplicit: isExplicit, depth: 0).set
  }

  /// Elements up to `end`, or up to the mark that ends an item.
  private mutating func elements(
    from start: Int, end: Int, endsAtItem: Bool, isExplicit: Bool, depth: Int
  ) throws(DICOMFault) -> (set: DataSet, next: Int) {
    var set = DataSet(data: data)
    var offset = start
    var last: Tag?
    while offset < end {
      let header = try ElementHeader(data, at: offset, end: end, isExplicit: isExplicit)
      elements += 1
      guard elements <= Self.mostElements else { throw .notAccepted("more than \(Self.mostElements) elements") }
      if header.tag == .itemEnd, endsAtItem {
        guard header.length == 0 else { throw .damaged("the end of an item at byte \(offset) has a length") }
        return (set, header.valueStart)
      }
      guard header.tag.group != 0xFFFE else {
        throw .damaged("a mark of sequences, \(header.tag), stands at byte \(offset) where an element belongs")
      }
      if let last, header.tag <= last {
        throw .damaged("element \(header.tag) at byte \(offset) follows \(last): elements ascend, each once")
      }
      last = header.tag
      let (value, next) = try value(header, end: end, isExplicit: isExplicit, depth: depth)
      if kept.contains(header.tag) { set.values[header.tag] = value }
      offset = next
      if depth == 0, header.tag == .pixelData { return (set, offset) }
    }
    guard !endsAtItem else { throw .endsEarly("an item has no end mark before byte \(end)") }
    return (set, offset)
  }

  private mutating func value(
    _ header: ElementHeader, end: Int, isExplicit: Bool, depth: Int
  ) throws(DICOMFault) -> (DataSet.Value, Int) {
    if header.tag == .pixelData, header.length == nil {
      return try fragments(from: header.valueStart, end: end)
    }
    let isSequence =
      header.type == "SQ" || header.length == nil || header.type == nil && Tag.sequences.contains(header.tag)
    guard isSequence else {
      let valueEnd = header.valueStart + (header.length ?? 0)
      return (.bytes(header.valueStart..<valueEnd), valueEnd)
    }
    if header.length == nil, let type = header.type, type != "SQ", type != "UN" {
      throw .damaged("element \(header.tag) at byte \(header.valueStart) has no length, and is not a sequence")
    }
    guard depth < Self.deepest else { throw .notAccepted("sequences nested more than \(Self.deepest) deep") }
    // A sequence of unknown type has implicit types inside: PS3.5, 6.2.2.
    let inner = isExplicit && header.type != "UN"
    let items = try items(
      from: header.valueStart, length: header.length, end: end, isExplicit: inner, depth: depth + 1)
    return (.items(items.found), items.next)
  }

  private mutating func items(
    from start: Int, length: Int?, end: Int, isExplicit: Bool, depth: Int
  ) throws(DICOMFault) -> (found: [DataSet], next: Int) {
    let limit = length.map { start + $0 } ?? end
    var found: [DataSet] = []
    var offset = start
    while length == nil || offset < limit {
      if let group = data.u16(at: offset), group != Tag.item.group {
        throw .damaged("no item of a sequence begins at byte \(offset), where one belongs")
      }
      let header = try ElementHeader(data, at: offset, end: limit, isExplicit: false)
      elements += 1
      guard elements <= Self.mostElements else { throw .notAccepted("more than \(Self.mostElements) elements") }
      if header.tag == .sequenceEnd, length == nil {
        guard header.length == 0 else { throw .damaged("the end of a sequence at byte \(offset) has a length") }
        return (found, header.valueStart)
      }
      guard header.tag == .item else {
        throw .damaged("\(header.tag) stands at byte \(offset) where an item of a sequence belongs")
      }
      let itemEnd = header.length.map { header.valueStart + $0 } ?? limit
      let item = try elements(
        from: header.valueStart, end: itemEnd, endsAtItem: header.length == nil, isExplicit: isExplicit, depth: depth)
      found.append(item.set)
      offset = item.next
    }
    return (found, offset)
  }

  /// Encapsulated pixels (PS3.5, A.4): an offset table, which may be empty, and fragments.
  private mutating func fragments(from start: Int, end: Int) throws(DICOMFault) -> (DataSet.Value, Int) {
    var parts: [Range<Int>] = []
    var offset = start
    while true {
      let header = try ElementHeader(data, at: offset, end: end, isExplicit: false)
      elements += 1
      guard elements <= Self.mostElements else { throw .notAccepted("more than \(Self.mostElements) elements") }
      if header.tag == .sequenceEnd {
        guard header.length == 0 else { throw .damaged("the end of the pixels at byte \(offset) has a length") }
        break
      }
      guard header.tag == .item, let length = header.length else {
        throw .damaged("\(header.tag) stands at byte \(offset) where a fragment of the pixels belongs")
      }
      parts.append(header.valueStart..<header.valueStart + length)
      offset = header.valueStart + length
    }
    guard let table = parts.first else { throw .damaged("the encapsulated pixels have no offset table") }
    return (.fragments(table: table, Array(parts.dropFirst())), offset + 8)
  }
}
