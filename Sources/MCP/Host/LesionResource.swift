import Foundation
import Records

/// What has an address of its own: `dermgemma://image/NAME` and `dermgemma://examination/ID`.
enum LesionResource: Sendable, Hashable {
  /// A picture by its name.
  case image(String)
  /// An examination that is kept.
  case examination(RecordID)

  private static let scheme = "dermgemma://"
  private static let (images, examinations) = ("image/", "examination/")
  /// RFC 3986's unreserved characters; a name's own slashes stay.
  private static let plain = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")

  /// Reads an address; `nil` for one of something else.
  init?(_ text: String) {
    guard text.hasPrefix(Self.scheme) else { return nil }
    let rest = String(text.dropFirst(Self.scheme.count))
    if rest.hasPrefix(Self.images), let name = String(rest.dropFirst(Self.images.count)).removingPercentEncoding,
      !name.isEmpty
    {
      self = .image(name)
    } else if rest.hasPrefix(Self.examinations), let id = RecordID(String(rest.dropFirst(Self.examinations.count))) {
      self = .examination(id)
    } else {
      return nil
    }
  }

  /// The address.
  var text: String {
    switch self {
    case .image(let name):
      Self.scheme + Self.images + (name.addingPercentEncoding(withAllowedCharacters: Self.plain) ?? name)
    case .examination(let id): Self.scheme + Self.examinations + id.text
    }
  }

  /// The templates of all addresses.
  static let templates = [
    (uri: scheme + images + "{+name}", title: "A picture, without metadata", mediaType: "image/jpeg"),
    (uri: scheme + examinations + "{id}", title: "An examination with its whole report", mediaType: "application/json"),
  ]
}
