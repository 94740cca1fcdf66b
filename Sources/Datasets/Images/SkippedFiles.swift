/// What the walk of a folder skipped, by reason: every skipped file is reported.
public struct SkippedFiles: Sendable, Hashable {
  /// Files of one reason.
  public struct Group: Sendable, Hashable, Codable {
    /// Why: `HEIC is not accepted; convert it to JPEG or PNG`, `no picture`, …
    public var reason: String
    /// How many files or folders.
    public var count: Int
    /// The first of them, by their paths below the folder.
    public var names: [String]
  }

  /// Names that are kept of each reason.
  public static let mostNames = 100
  /// The most names that a sentence lists.
  private static let shownNames = 5

  /// By reason, in the order in which they were met.
  public private(set) var groups: [Group] = []

  /// Nothing.
  public init() {}

  /// How many files and folders.
  public var count: Int { groups.reduce(0) { $0 + $1.count } }

  mutating func add(_ name: String, _ reason: String) {
    guard let place = groups.firstIndex(where: { $0.reason == reason }) else {
      groups.append(Group(reason: reason, count: 1, names: [name]))
      return
    }
    groups[place].count += 1
    if groups[place].names.count < Self.mostNames { groups[place].names.append(name) }
  }

  /// A sentence for each reason: `2 skipped (HEIC is not accepted; …): a.heic, b.HEIC`.
  public var remarks: [String] { groups.map(Self.remark) }

  /// The sentence of a reason.
  public static func remark(_ group: Group) -> String {
    let names = group.names.prefix(shownNames)
    let more = group.count - names.count
    return "\(group.count) skipped (\(group.reason)): " + names.joined(separator: ", ")
      + (more > 0 ? " and \(more) more" : "")
  }
}
