import TextOutput

/// What the `meta` box of a HEIF file (ISO/IEC 23008-12) says: which picture is shown, its properties, where its bytes are.
struct HEIFItems {
  /// Kinds of item that libheif decodes, beside metadata: HEVC, AV1, and a grid of either.
  static let coded: Set<String> = ["hvc1", "av01", "grid"]
  /// Items that are made of others; such pictures can ask for any amount of work.
  static let derived: Set<String> = ["iden", "iovl"]

  private let data: ByteReader
  /// The item that is shown.
  private let primary: Int
  /// The kind of the item that is shown, four characters; `nil` if it is not listed.
  let primaryKind: String?
  /// The kinds of all items.
  let kinds: Set<String>
  private var associations: [Int: [Int]] = [:]
  private var properties: [ISOBoxes.Box] = []

  init(_ data: ByteReader, meta: Range<Int>) throws(FormatFault) {
    self.data = data
    let boxes = try ISOBoxes.all(data, in: Self.full(meta))
    func content(_ name: String) -> Range<Int>? { boxes.first { $0.name == name }?.content }
    guard let pitm = content("pitm"), let version = data.u8(at: pitm.lowerBound),
      let primary = Self.number(data, pitm.lowerBound + 4, version == 0 ? 2 : 4, in: pitm)
    else { throw .damaged("it does not say which picture is shown") }
    self.primary = primary
    var kinds: [Int: String] = [:]
    if let iinf = content("iinf") { kinds = try Self.kinds(data, iinf) }
    primaryKind = kinds[primary]
    self.kinds = Set(kinds.values)
    if let iloc = content("iloc") { try HEIFLocations.check(data, iloc, idat: content("idat")) }
    guard let iprp = content("iprp") else { throw .damaged("its pictures have no properties") }
    for box in try ISOBoxes.all(data, in: iprp) {
      if box.name == "ipco" { properties = try ISOBoxes.all(data, in: box.content) }
      if box.name == "ipma" { try readAssociations(box.content) }
    }
  }

  /// The properties of the item that is shown, with this name, in the file's order.
  func shown(_ name: String) -> [Range<Int>] {
    (associations[primary] ?? []).compactMap { index in
      properties.indices.contains(index - 1) && properties[index - 1].name == name ? properties[index - 1].content : nil
    }
  }

  /// All properties with this name, of whatever item.
  func all(_ name: String) -> [Range<Int>] { properties.filter { $0.name == name }.map(\.content) }

  /// A full box's content begins with a version and flags.
  static func full(_ range: Range<Int>) -> Range<Int> {
    min(range.lowerBound + 4, range.upperBound)..<range.upperBound
  }

  /// A number that must lie inside its box.
  static func number(_ data: ByteReader, _ offset: Int, _ width: Int, in box: Range<Int>) -> Int? {
    guard width > 0, offset >= box.lowerBound, offset + width <= box.upperBound else { return width == 0 ? 0 : nil }
    return data.number(at: offset, bytes: width, bigEndian: true).map { Int(clamping: $0) }
  }

  private static func kinds(_ data: ByteReader, _ iinf: Range<Int>) throws(FormatFault) -> [Int: String] {
    let start = iinf.lowerBound + 4 + (data.u8(at: iinf.lowerBound) == 0 ? 2 : 4)
    guard start <= iinf.upperBound else { throw .damaged("its list of items has no length") }
    var kinds: [Int: String] = [:]
    for box in try ISOBoxes.all(data, in: start..<iinf.upperBound) where box.name == "infe" {
      let first = box.content.lowerBound
      // Versions 0 and 1 are older than pictures.
      guard let version = data.u8(at: first), version >= 2 else { continue }
      let width = version == 2 ? 2 : 4
      guard let identifier = number(data, first + 4, width, in: box.content),
        number(data, first + 6 + width, 4, in: box.content) != nil
      else { throw .damaged("an item has no name") }
      let name = data.bytes[(first + 6 + width)..<(first + 10 + width)]
      kinds[identifier] = String(name.map { Character(Unicode.Scalar($0)) })
    }
    return kinds
  }

  private mutating func readAssociations(_ ipma: Range<Int>) throws(FormatFault) {
    let damaged = FormatFault.damaged("its list of properties is not whole")
    guard let version = data.u8(at: ipma.lowerBound), let flags = data.u8(at: ipma.lowerBound + 3),
      let count = Self.number(data, ipma.lowerBound + 4, 4, in: ipma)
    else { throw damaged }
    var offset = ipma.lowerBound + 8
    let (wide, width) = (version == 0 ? 2 : 4, flags & 1 == 1 ? 2 : 1)
    for _ in 0..<count {
      guard let item = Self.number(data, offset, wide, in: ipma),
        let indices = Self.number(data, offset + wide, 1, in: ipma)
      else { throw damaged }
      offset += wide + 1
      for _ in 0..<indices {
        guard let index = Self.number(data, offset, width, in: ipma) else { throw damaged }
        // The top bit says that a reader must understand it.
        associations[item, default: []].append(index & (width == 1 ? 0x7F : 0x7FFF))
        offset += width
      }
    }
  }
}
