import AuditStatistics
import Foundation

/// The arms of an audit: those of several documents together.
public struct ArmSelection: Sendable, Hashable {
  /// The documents, in the order given.
  public let documents: [ArmsDocument]

  /// All families' arms, or those of a list.
  ///
  /// - Parameter list: `all`, or family names and files, comma-separated.
  /// - Throws: ``ArmsFault`` for a document that is missing or wrong, and for two arms of the same role and name.
  public init(_ list: String) throws(ArmsFault) {
    let names = list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard !names.isEmpty else { throw ArmsFault(name: list, message: "names no arms") }
    var documents: [ArmsDocument] = []
    for name in names.flatMap({ $0 == "all" ? ArmsDocument.builtinNames : [$0] }) {
      documents.append(try Self.document(named: name))
    }
    try self.init(documents)
  }

  /// The arms of these documents.
  ///
  /// - Throws: ``ArmsFault`` for two arms of the same role and name.
  public init(_ documents: [ArmsDocument]) throws(ArmsFault) {
    var names: Set<String> = []
    for document in documents {
      for arm in document.arms where !names.insert("\(arm.role.rawValue) \(arm.name)").inserted {
        throw ArmsFault(
          name: document.id, message: "there are two arms \(arm.name) of the role \(arm.role.rawValue) together")
      }
    }
    self.documents = documents
  }

  private static func document(named name: String) throws(ArmsFault) -> ArmsDocument {
    if ArmsDocument.builtinDocument(named: name) != nil { return try ArmsDocument.builtin(named: name) }
    guard let bytes = FileManager.default.contents(atPath: name) else { return try ArmsDocument.builtin(named: name) }
    return try ArmsDocument(json: Array(bytes), name: name)
  }

  /// All arms, in order.
  public var arms: [AuditArm] { documents.flatMap(\.arms) }
}
