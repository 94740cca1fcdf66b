import Foundation
import Records

/// A shard's run as it was left in its folder.
public struct ShardRun: Sendable {
  /// The folder, as it was named.
  public let name: String
  /// Its database.
  public let database: String
  /// The run.
  public let run: Run
  /// How it was read.
  public let settings: RunSettings
  /// What the shard knows of the whole run, and its images.
  public internal(set) var list: ShardList
  let thumbnails: ShardThumbnails

  /// Which part of the whole run it is.
  public var shard: Shard { list.head.shard }

  /// Looks at a shard.
  ///
  /// - Parameter name: the folder's path.
  /// - Throws: ``MergeFault`` when it is not a shard, or not done; `RecordFault.missing` for no folder, or one without
  ///   records; other faults of the database; `RunFolderFault.inUse` while it is being written.
  public init(_ name: String) async throws {
    let database = RecordStores.location(inFolder: name)
    guard FileManager.default.fileExists(atPath: database) else { throw RecordFault.missing(store: database) }
    let folder = try RunFolder(name)
    guard let list = try ShardList(in: folder.path, called: folder.path) else {
      throw MergeFault("\(folder.path) is no shard: it was not written with --shard")
    }
    let store = try await RecordStores.open(database, opening: .existing)
    let (found, kept): (Run?, [ClosedRange<Int>])
    do {
      found = try await store.run(list.head.run)
      kept = try await store.keptPositions(ofRun: list.head.run, failures: true)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    guard let run = found, let settings = try? RunSettings(json: run.settings),
      settings.shard == list.head.shard, settings.count == list.head.total,
      settings.imagesDigest == list.head.imagesDigest, settings.labelsDigest == list.head.labelsDigest
    else { throw MergeFault("\(folder.path): its records are of another run than its \(ShardList.fileName)") }
    try Self.check(kept, list, run, in: folder)
    guard let thumbnails = ShardThumbnails(in: folder.path, count: list.samples.count) else {
      throw MergeFault("\(folder.path): \(ShardThumbnails.fileName) is missing or cut short; --resume writes it again")
    }
    self.name = folder.path
    self.database = database
    self.run = run
    self.settings = settings
    self.list = list
    self.thumbnails = thumbnails
  }

  private static func check(_ kept: [ClosedRange<Int>], _ list: ShardList, _ run: Run, in folder: RunFolder) throws {
    let missing = list.samples.outside(kept)
    if let first = missing.first {
      throw MergeFault(
        "\(folder.path), \(list.head.shard): \(missing.count) of \(list.samples.count) images are not read yet, the first of them "
          + "\(first.name); continue with --resume")
    }
    guard kept.reduce(0, { $0 + $1.count }) == list.samples.count else {
      throw MergeFault("\(folder.path), \(list.head.shard): its records hold images that are not its own")
    }
    guard run.state == .finished else {
      throw MergeFault("\(folder.path), \(list.head.shard): its run has not ended; continue with --resume")
    }
  }
}
