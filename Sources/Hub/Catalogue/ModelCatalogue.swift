import Documents
import Foundation
import JSON

/// The models that can be named: those that come with the program, and a user's own.
public struct ModelCatalogue: Sendable, Hashable {
  /// In the order in which they are listed; no name twice.
  public private(set) var entries: [ModelEntry]

  /// A catalogue of the user's entries, then the program's; a user's entry replaces one of the same name.
  public init(own: [ModelEntry] = [], builtin: [ModelEntry]) {
    entries = []
    for entry in own + builtin where !entries.contains(where: { $0.name == entry.name }) { entries.append(entry) }
  }

  /// What comes with the program.
  ///
  /// - Throws: `HubFault.badEntry`, which a test excludes.
  public static func builtin() throws(HubFault) -> ModelCatalogue {
    struct Document: Decodable { var models: [ModelEntry] }
    do {
      return ModelCatalogue(
        builtin: try JSONDecoder().decode(Document.self, from: Data(EmbeddedDocument.modelCatalogue.bytes)).models)
    } catch {
      throw .badEntry(place: "the built-in catalogue", reason: StrictKeys.explain(error))
    }
  }

  /// The entry of a name; `nil` when there is none.
  public func entry(named name: String) -> ModelEntry? { entries.first { $0.name == name } }
}
