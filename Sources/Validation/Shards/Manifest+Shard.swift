import Dermoscopy
import Records

extension Manifest {
  /// Makes sure that each image of a shard is accounted for, and writes what `merge` needs besides the records.
  ///
  /// - Parameters:
  ///   - read: positions of the images that were read, as ascending ranges.
  ///   - kept: those, and positions of the images that failed.
  ///   - folder: the shard's.
  /// - Throws: ``MergeFault`` when an image is missing; `UnwritableFile`, `CancellationError`.
  public func concludeShard(read: [ClosedRange<Int>], kept: [ClosedRange<Int>], into folder: RunFolder) throws {
    let missing = entries.outside(kept)
    if let first = missing.first {
      throw MergeFault("\(folder.path): \(missing.count) images were not read, the first of them \(first.name)")
    }
    try ShardThumbnails.write(self, read: read, to: folder)
  }

  /// The manifest of a whole run, put together from those of its shards.
  ///
  /// - Parameters:
  ///   - samples: of all shards, in any order.
  ///   - head: what a shard knows of the whole run.
  ///   - hasImages: whether the run read images and not a table.
  /// - Throws: ``MergeFault`` when these are not the whole run's images.
  init(merging samples: [Sample], _ head: ShardList.Head, hasImages: Bool) throws(MergeFault) {
    var samples = samples.sorted { $0.position < $1.position }
    guard samples.count == head.total, samples.indices.allSatisfy({ samples[$0].position == $0 }) else {
      throw MergeFault("together they hold \(samples.count) images, and the run has \(head.total)")
    }
    if !hasImages {
      for place in samples.indices { samples[place].source = .notes(Observations([]), description: nil) }
    }
    self.init(samples, coverage: head.coverage.filled(from: samples))
    guard imagesDigest == head.imagesDigest else { throw MergeFault("their lists of images are not those of the run") }
    guard labelsDigest == head.labelsDigest else { throw MergeFault("their labels are not those of the run") }
  }
}
