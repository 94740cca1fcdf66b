import Digests

/// One of a fixed number of parts of a run. Which part an image is in depends on its bytes alone, never on its name or place.
public struct Shard: Sendable, Hashable {
  /// Parts that a run can have at most.
  public static let most = 100_000

  /// Its number, from 0.
  public let index: Int
  /// How many parts there are.
  public let count: Int

  /// A part; `nil` unless there are 1 to ``most`` of them, and it is one of them.
  public init?(_ index: Int, of count: Int) {
    guard (1...Self.most).contains(count), (0..<count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Whether an image is in this part.
  public func holds(_ sample: Sample) -> Bool { Self.index(of: sample, among: count) == index }

  /// The part that an image is in: the first 64 bits of its SHA-256, modulo the number of parts.
  ///
  /// So files with the same bytes are in one part. A file that cannot be read goes by its name's digest.
  package static func index(of sample: Sample, among count: Int) -> Int {
    index(ofImageNamed: sample.name, digest: sample.digest, among: count)
  }

  /// Whether an image is in this part.
  ///
  /// - Parameters:
  ///   - name: the image's.
  ///   - digest: SHA-256 of its file, hexadecimal; empty for a file that cannot be read.
  public func holds(imageNamed name: String, digest: String) -> Bool {
    Self.index(ofImageNamed: name, digest: digest, among: count) == index
  }

  /// Whether a lesion is in this part with all of its pictures: by the first 64 bits of its name's SHA-256.
  ///
  /// - Parameter lesion: the lesion's name.
  public func holds(lesion: String) -> Bool {
    Self.index(ofImageNamed: lesion, digest: "", among: count) == index
  }

  private static func index(ofImageNamed name: String, digest: String, among count: Int) -> Int {
    let digest = digest.isEmpty ? SHA256Digest(of: name.utf8).hexadecimal : digest
    return Int((UInt64(digest.prefix(16), radix: 16) ?? 0) % UInt64(max(count, 1)))
  }
}

extension Shard: CustomStringConvertible {
  /// `shard 3 of 8`, counted from 0.
  public var description: String { "shard \(index) of \(count)" }
}

extension Shard: Codable {
  enum CodingKeys: String, CodingKey {
    case index = "shard"
    case count = "of"
  }

  /// Reads both numbers.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let index = try container.decode(Int.self, forKey: .index)
    guard let shard = Shard(index, of: try container.decode(Int.self, forKey: .count)) else {
      throw DecodingError.dataCorruptedError(forKey: .index, in: container, debugDescription: "no such shard")
    }
    self = shard
  }
}
