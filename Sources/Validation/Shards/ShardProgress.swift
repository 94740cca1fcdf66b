import Foundation
import Records

/// How far a shard is, according to its records. Nothing in its folder is changed, and a process that reads it is not
/// disturbed.
public struct ShardProgress: Sendable, Hashable {
  /// What a shard is doing.
  public enum State: String, Sendable, CaseIterable {
    /// Its folder has no records of it.
    case notBegun = "not_begun"
    /// A process holds its folder.
    case running
    /// It has begun, is not done, and no process holds its folder.
    case stopped
    /// Each of its images was read, or has failed.
    case done
  }

  /// What it is doing.
  public var state: State
  /// Its images; `nil` until it knows them.
  public var images: Int?
  /// Images of the whole run; `nil` until the shard knows them.
  public var imagesOfTheRun: Int?
  /// Images that were read.
  public var read = 0
  /// Images that failed.
  public var failed = 0

  /// A shard that has not begun.
  public init() { state = .notBegun }

  /// Looks at a shard.
  ///
  /// - Parameters:
  ///   - shard: which part of the run.
  ///   - folder: the shard's folder, which need not be there.
  /// - Throws: ``MergeFault`` when another shard, or something else, is there; a fault of its database.
  public init(of shard: Shard, in folder: String) async throws {
    self.init()
    let database = RecordStores.location(inFolder: folder)
    let isHeld = RunFolder.isInUse(folder)
    guard FileManager.default.fileExists(atPath: database), let list = try ShardList(in: folder, called: folder) else {
      if isHeld { state = .running }
      return
    }
    guard list.head.shard == shard else { throw MergeFault("\(folder) is \(list.head.shard), and should be \(shard)") }
    (images, imagesOfTheRun) = (list.head.count, list.head.total)
    let store = try await RecordStores.open(database, opening: .existing)
    do {
      let run = try await store.run(list.head.run)
      let readPositions = try await store.keptPositions(ofRun: list.head.run, failures: false)
      let kept = try await store.keptPositions(ofRun: list.head.run, failures: true)
      read = readPositions.reduce(0) { $0 + $1.count }
      failed = kept.reduce(0) { $0 + $1.count } - read
      let isDone = run?.state == .finished && list.samples.outside(kept).isEmpty
      state = isHeld ? .running : isDone ? .done : .stopped
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }
}
