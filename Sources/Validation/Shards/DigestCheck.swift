/// How a list of digests was compared with the images: a part of a run looks at its own images alone, because each of the
/// others is looked at by its own part.
public struct DigestCheck: Sendable, Hashable {
  /// The list's path.
  public var list: String
  /// Images whose size and time are those of the list.
  public var unchanged = 0
  /// Images that were read, because their time is another one, or the list has no digest of them.
  public var read = 0
  /// Images of other parts, whose digests were taken as they are listed.
  public var taken = 0

  /// Nothing was looked at yet.
  public init(list: String) { self.list = list }

  /// One sentence, or two.
  public var text: String {
    func images(_ count: Int) -> String { count == 1 ? "1 image" : "\(count) images" }
    var text = "\(list) holds for \(images(unchanged + read)) of this shard: "
    text += "\(unchanged) \(unchanged == 1 ? "has" : "have") the size and time that it says"
    if read > 0 { text += ", \(read) \(read == 1 ? "was" : "were") read again" }
    guard taken > 0 else { return text + "." }
    return text + ". The digests of the other \(images(taken)) are as listed; their own shards check them."
  }
}
