/// Columns of a label file that the user named, if its layout is not a known one.
public struct ColumnChoice: Sendable, Hashable {
  /// Names the image (`--image-column`); `nil` to use the layout's.
  public var image: String?
  /// Contains the diagnosis (`--label-column`); `nil` to use the layout's.
  public var label: String?

  /// A choice; none unless given.
  public init(image: String? = nil, label: String? = nil) {
    self.image = image
    self.label = label
  }
}

/// The names of a table's columns, compared without regard to case, spaces and punctuation.
struct ColumnNames {
  /// As the table writes them, without spaces around them.
  let written: [String]
  /// As they are compared: `lesion_attributes`.
  let plain: [String]

  init(_ fields: [String]) {
    written = fields.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    plain = written.map(Self.plain)
  }

  /// The first of these names that the table has.
  func place(of names: [String]) -> Int? { names.lazy.compactMap { plain.firstIndex(of: $0) }.first }

  /// All columns that have one of these names, in the names' order.
  func places(of names: [String]) -> [Int] { names.compactMap { plain.firstIndex(of: $0) } }

  /// A column that the user named.
  func place(named name: String) -> Int? { written.firstIndex(of: name) ?? plain.firstIndex(of: Self.plain(name)) }

  /// The columns for a message, with a limit on their number.
  func listed(_ places: [Int]? = nil, atMost most: Int = 12) -> String {
    let names = (places ?? Array(written.indices)).map { written[$0] }.filter { !$0.isEmpty }
    let more = names.count - most
    return names.prefix(most).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  private static func plain(_ name: String) -> String {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
  }
}
