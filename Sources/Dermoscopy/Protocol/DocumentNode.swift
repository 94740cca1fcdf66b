import JSON
import TextOutput

/// A value of a protocol document, or of another of ours, that knows its place in it, so that a fault can name the place.
package struct DocumentNode {
  package let value: JSONValue
  let document: String
  package let place: String

  /// A whole document.
  package init(value: JSONValue, document: String, place: String = "") {
    self.value = value
    self.document = document
    self.place = place
  }

  package func fault(_ message: String) -> ProtocolFault {
    ProtocolFault(name: document, place: place, message: message)
  }

  private func expected(_ sort: String) -> ProtocolFault { fault("must be \(sort), not \(value.sort)") }

  // MARK: Objects

  /// The members of an object that may have only these keys.
  package func object(knowing keys: [String]) throws(ProtocolFault) -> DocumentObject {
    let object = try object()
    for member in object.members where !keys.contains(member.key) {
      throw fault("unknown key \(Quoted(member.key)); known are \(keys.joined(separator: ", "))")
    }
    return object
  }

  /// The members of an object with arbitrary keys.
  package func object() throws(ProtocolFault) -> DocumentObject {
    guard case .object(let members) = value else { throw expected("an object") }
    return DocumentObject(node: self, members: members)
  }

  /// True or false.
  package func truth() throws(ProtocolFault) -> Bool {
    guard case .bool(let truth) = value else { throw expected("true or false") }
    return truth
  }

  // MARK: Lists

  /// The elements of an array whose length is in a range.
  package func elements(_ count: ClosedRange<Int>) throws(ProtocolFault) -> [DocumentNode] {
    guard case .array(let elements) = value else { throw expected("an array") }
    try check(elements.count, within: count)
    return elements.enumerated().map { index, element in
      DocumentNode(value: element, document: document, place: "\(place)[\(index)]")
    }
  }

  /// Checks the number of entries.
  func check(_ count: Int, within range: ClosedRange<Int>) throws(ProtocolFault) {
    if count < range.lowerBound {
      throw fault("must have at least \(range.lowerBound == 1 ? "one entry" : "\(range.lowerBound) entries")")
    }
    if count > range.upperBound { throw fault("has \(count) entries, more than \(range.upperBound)") }
  }

  /// The elements of an array of texts, none of them twice.
  package func distinct<Element: Hashable>(
    _ count: ClosedRange<Int>, _ read: (DocumentNode) throws(ProtocolFault) -> Element
  ) throws(ProtocolFault) -> [Element] {
    var seen: Set<Element> = []
    var list: [Element] = []
    for node in try elements(count) {
      let element = try read(node)
      guard seen.insert(element).inserted else { throw node.fault("occurs twice in the list") }
      list.append(element)
    }
    return list
  }

  // MARK: Texts

  /// A text on one line.
  package func line(_ length: ClosedRange<Int>) throws(ProtocolFault) -> String {
    try text(length, allowing: [])
  }

  /// A text that may have several lines.
  package func prompt(_ length: ClosedRange<Int> = ProtocolLimits.promptLength) throws(ProtocolFault) -> String {
    try text(length, allowing: ["\n", "\t"])
  }

  private func text(_ length: ClosedRange<Int>, allowing: Set<Unicode.Scalar>) throws(ProtocolFault) -> String {
    guard case .string(let text) = value else { throw expected("a string") }
    let count = text.unicodeScalars.count
    if count < length.lowerBound { throw fault("must not be empty") }
    if count > length.upperBound { throw fault("has \(count) characters, more than \(length.upperBound)") }
    for scalar in text.unicodeScalars where scalar.isControl && !allowing.contains(scalar) {
      throw fault("has the control character U+\(String(scalar.value, radix: 16, uppercase: true))")
    }
    return text
  }

  /// A name for machines and people: letters, digits, "_", "." and "-", beginning with a letter or digit.
  package func identifier() throws(ProtocolFault) -> String {
    let text = try line(ProtocolLimits.identifierLength)
    let allowed = text.utf8.allSatisfy { $0.isASCIILetterOrDigit || "_.-".utf8.contains($0) }
    guard allowed, text.utf8.first?.isASCIILetterOrDigit == true else {
      throw fault("\(Quoted(text)) is not a name of letters, digits, \"_\", \".\" and \"-\"")
    }
    return text
  }

  /// A word or phrase to look for: lower case, without commas and without space around it.
  func word() throws(ProtocolFault) -> String {
    let text = try line(ProtocolLimits.wordLength)
    if text.utf8.contains(where: { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }) {
      throw fault("\(Quoted(text)) must be lower case")
    }
    if text.contains(",") { throw fault("\(Quoted(text)) must not have a comma") }
    if text.first == " " || text.last == " " { throw fault("\(Quoted(text)) must not begin or end with a space") }
    return text
  }

  /// One of some fixed words.
  package func choice<Choice: RawRepresentable & CaseIterable>(
    of type: Choice.Type
  ) throws(ProtocolFault) -> Choice where Choice.RawValue == String {
    guard case .string(let text) = value else { throw expected("a string") }
    guard let choice = Choice(rawValue: text) else {
      throw fault("\(Quoted(text)) is not one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  /// True or false.
  package func bool() throws(ProtocolFault) -> Bool {
    guard case .bool(let value) = value else { throw expected("true or false") }
    return value
  }

  // MARK: Numbers

  /// A number within a range.
  package func number(_ range: ClosedRange<Double>) throws(ProtocolFault) -> Double {
    guard case .number(let literal) = value else { throw expected("a number") }
    guard let number = Double(literal), number.isFinite, range.contains(number) else {
      throw fault(
        "\(literal.prefix(Quoted.longest)) is not between \(plain(range.lowerBound)) and \(plain(range.upperBound))")
    }
    return number
  }

  /// A whole number within a range.
  package func integer(_ range: ClosedRange<Int>) throws(ProtocolFault) -> Int {
    let number = try number(Double(range.lowerBound)...Double(range.upperBound))
    guard let integer = Int(exactly: number) else { throw fault("\(number) is not a whole number") }
    return integer
  }

  private func plain(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? number.description
  }
}

/// The members of an object in a document.
package struct DocumentObject {
  package let node: DocumentNode
  let members: [JSONMember]

  /// The value of a required key.
  package func required(_ key: String) throws(ProtocolFault) -> DocumentNode {
    guard let node = optional(key) else { throw node.fault("the key \(Quoted(key)) is missing") }
    return node
  }

  /// The value of an optional key.
  package func optional(_ key: String) -> DocumentNode? {
    members.first { $0.key == key }.map { child(key, $0.value) }
  }

  /// The values of all keys.
  package var children: [(key: String, node: DocumentNode)] { members.map { ($0.key, child($0.key, $0.value)) } }

  private func child(_ key: String, _ value: JSONValue) -> DocumentNode {
    let name = key.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "_") } ? key : "\(Quoted(key))"
    let path = node.place.isEmpty ? name : "\(node.place).\(name)"
    return DocumentNode(value: value, document: node.document, place: path)
  }
}

extension UInt8 {
  var isASCIILetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}

extension Unicode.Scalar {
  /// C0, DEL and C1.
  var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
