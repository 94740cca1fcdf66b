import Foundation
import Records

/// A run as a command line names it: a folder that `validate` wrote to, or a database, perhaps with `@` and the run's id.
public struct RunReference: Sendable, Hashable {
  /// As it was named.
  public let name: String
  /// The database's file.
  public let database: String
  /// The run; `nil` for the last one.
  public let run: RecordID?

  /// Reads a name. An `@` in the name of a file that is there belongs to the name, and so does one before the last `/` of
  /// a server's location.
  public init(_ name: String) {
    self.name = RecordStores.withoutPassword(name)
    var (path, id) = (name, RecordID?.none)
    let isServer = RecordStores.isServer(name)
    if isServer || !FileManager.default.fileExists(atPath: name), let mark = name.lastIndex(of: "@"),
      !isServer || (name.lastIndex(of: "/") ?? name.startIndex) < mark,
      let named = RecordID(name[name.index(after: mark)...])
    {
      (path, id) = (String(name[..<mark]), named)
    }
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    database = isThere && isFolder.boolValue ? RecordStores.location(inFolder: path) : path
    run = id
  }
}

/// A run whose examinations are being read.
public struct OpenRun: Sendable {
  /// As it was named.
  public let name: String
  /// Where it is kept.
  public let store: any RecordStore
  /// The run.
  public let run: Run

  /// Opens a run: the one that was named, or the last of the database that classified, or the last one.
  ///
  /// - Throws: `RecordFault` for a database that is missing or none, and for an id that no run has;
  ///   `ComparisonFault.noRun`.
  public init(_ reference: RunReference) async throws {
    name = reference.name
    store = try await RecordStores.open(reference.database, opening: .existing)
    do {
      run = try await Self.find(reference, in: store)
    } catch {
      await store.close()
      throw error
    }
  }

  /// Closes the database.
  public func close() async { await store.close() }

  private static func find(_ reference: RunReference, in store: any RecordStore) async throws -> Run {
    if let id = reference.run {
      guard let run = try await store.run(id) else { throw RecordFault.unknownRun(id) }
      return run
    }
    let classifying = [ValidationScope.all, .phase3].map(\.runKind)
    var newest: Run?
    var cursor: RecordCursor?
    repeat {
      let page = try await store.runs(limit: 100, after: cursor)
      if let run = page.elements.first(where: { classifying.contains($0.kind) }) { return run }
      newest = newest ?? page.elements.first
      cursor = page.next
    } while cursor != nil
    guard let newest else { throw ComparisonFault.noRun(name: reference.name) }
    return newest
  }
}
