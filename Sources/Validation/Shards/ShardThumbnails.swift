import AtomicFiles
import Foundation

/// The report's small pictures of a shard's images, so that `merge` needs no images: `thumbnails.bin` in its folder.
///
/// The JPEGs one after the other, then the length of each as four bytes, the least significant first. A picture that cannot
/// be made has the length 0.
public struct ShardThumbnails: Sendable {
  /// The file's name.
  public static let fileName = "thumbnails.bin"
  private static let lengthBytes = 4

  private let path: String
  private let places: [(start: UInt64, length: Int)]

  /// Makes the thumbnails of a shard's images, those that were read and that the report shows.
  ///
  /// - Parameter positions: of the images that were read, as ascending ranges.
  /// - Throws: `UnwritableFile`, `CancellationError`.
  static func write(_ manifest: Manifest, read positions: [ClosedRange<Int>], to folder: RunFolder) throws {
    let file = try AtomicFile(folder.file(fileName), draft: .named, mode: 0o644)
    var lengths: [UInt8] = []
    var ranges = positions[...]
    for sample in manifest.entries {
      try Task.checkCancellation()
      while let range = ranges.first, range.upperBound < sample.position { ranges.removeFirst() }
      var jpeg: [UInt8] = []
      if case .file(let path) = sample.source, manifest.reportSample.holds(sample.position),
        ranges.first?.contains(sample.position) ?? false
      {
        jpeg = Thumbnail.jpeg(ofFileAt: path)
      }
      try file.write(jpeg)
      withUnsafeBytes(of: UInt32(jpeg.count).littleEndian) { lengths += $0 }
    }
    try file.write(lengths)
    try file.finish()
  }

  /// The thumbnails in a folder; `nil` when there are none of as many images.
  public init?(in folder: String, count: Int) {
    path = folder + "/" + Self.fileName
    guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd() else { return nil }
    defer { try? file.close() }
    let index = UInt64(count * Self.lengthBytes)
    guard size >= index, (try? file.seek(toOffset: size - index)) != nil,
      let bytes = count == 0 ? Data() : try? file.readToEnd(), bytes.count == count * Self.lengthBytes
    else { return nil }
    var start: UInt64 = 0
    places = stride(from: 0, to: bytes.count, by: Self.lengthBytes).map { offset in
      let length = (0..<Self.lengthBytes).reduce(0) { $0 | Int(bytes[bytes.startIndex + offset + $1]) << (8 * $1) }
      defer { start += UInt64(length) }
      return (start, length)
    }
    guard start + index == size else { return nil }
  }

  /// An image's, by its place in the shard; empty when there is none.
  ///
  /// - Throws: `MergeFault` when the file is gone.
  func jpeg(at place: Int) throws -> [UInt8] {
    guard places.indices.contains(place), places[place].length > 0 else { return [] }
    guard let file = FileHandle(forReadingAtPath: path) else { throw MergeFault("\(path): cannot be read") }
    defer { try? file.close() }
    try file.seek(toOffset: places[place].start)
    return Array(try file.read(upToCount: places[place].length) ?? Data())
  }
}
