/// A known but unsupported format: what it is, and what the user can do.
///
/// Its ``explanation`` is the same wherever such a file turns up: on the command line, in the API, on the page.
public struct UnsupportedFormat: Sendable, Hashable, CustomStringConvertible {
  /// What kind of file it is.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A picture, which another program can convert.
    case picture
    /// A camera's own data, which have to be developed.
    case cameraRaw
    /// Medical images with their patient's record.
    case medical
    /// A video.
    case video
    /// Pages with text and pictures.
    case document
    /// Files packed into one.
    case archive
  }

  /// The format's usual name.
  public let name: String
  /// What kind of file it is.
  public let kind: Kind

  init(_ name: String, _ kind: Kind = .picture) {
    self.name = name
    self.kind = kind
  }

  /// The format's usual name.
  public var description: String { name }

  /// What the user can do, as the text after "is not accepted;".
  public var remedy: String {
    switch kind {
    case .picture: "use \(ImageFormat.acceptedNames)"
    case .cameraRaw: "develop it to JPEG, PNG or TIFF"
    case .medical: "export its image as PNG, TIFF or JPEG"
    case .video: "save one frame as PNG or JPEG"
    case .document: "save its picture as PNG or JPEG"
    case .archive: "unpack it first"
    }
  }

  /// "GIF is not accepted; use …".
  public var explanation: String { "\(name) is not accepted; \(remedy)" }
}
