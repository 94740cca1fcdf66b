/// The bytes of a picture that belong to an image's digest.
///
/// All examinations of the same image share them; they go with the last of these.
public struct KeptImage: Sendable, Hashable {
  /// What the bytes are to the image.
  public enum Role: String, Sendable, Codable, CaseIterable {
    /// The image file itself, as it was uploaded.
    case original
    /// A small picture of it.
    case thumbnail
  }

  /// Bytes at most; SQLite's own limit is a little under 1,000,000,000.
  public static let largest = 512 << 20

  /// SHA-256 of the image file's bytes (not of a thumbnail's), hexadecimal in lower case.
  public var digest: String
  /// What the bytes are to the image.
  public var role: Role
  /// What they are encoded as: `image/jpeg`, ….
  public var mediaType: String
  /// The bytes.
  public var bytes: [UInt8]

  /// A picture.
  public init(digest: String, role: Role, mediaType: String, bytes: [UInt8]) {
    self.digest = digest
    self.role = role
    self.mediaType = mediaType
    self.bytes = bytes
  }
}
