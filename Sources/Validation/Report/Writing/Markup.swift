/// A piece of HTML.
///
/// What is interpolated into one is escaped, unless it is a piece of HTML itself; so a file's name, a label or a model's
/// words can never become markup.
package struct Markup: Sendable, Hashable {
  package private(set) var html: String

  /// Nothing.
  package static let none = Markup(html: "")

  fileprivate init(html: String) { self.html = html }

  /// Text, escaped.
  package init(text: String) { html = Self.escaped(text) }

  /// Our own resources: trusted HTML, CSS or JavaScript.
  package init(resource: [UInt8]) { html = String(decoding: resource, as: UTF8.self) }

  package var isEmpty: Bool { html.isEmpty }

  package static func + (first: Markup, second: Markup) -> Markup { Markup(html: first.html + second.html) }

  package static func += (first: inout Markup, second: Markup) { first.html += second.html }

  /// Text with the five characters of HTML's syntax as entities and control characters as U+FFFD.
  static func escaped(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": scalars.append(contentsOf: "&amp;".unicodeScalars)
      case "<": scalars.append(contentsOf: "&lt;".unicodeScalars)
      case ">": scalars.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": scalars.append(contentsOf: "&quot;".unicodeScalars)
      case "'": scalars.append(contentsOf: "&#39;".unicodeScalars)
      case "\n", "\t": scalars.append(scalar)
      case "\u{0}"..<" ", "\u{7F}"..."\u{9F}": scalars.append("\u{FFFD}")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}

extension Markup: ExpressibleByStringInterpolation {
  /// Writes literals as they stand and escapes the rest.
  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    package init(literalCapacity: Int, interpolationCount: Int) { html.reserveCapacity(literalCapacity) }

    package mutating func appendLiteral(_ literal: String) { html += literal }

    package mutating func appendInterpolation(_ text: String) { html += Markup.escaped(text) }

    package mutating func appendInterpolation(_ number: Int) { html += String(number) }

    /// A coordinate, to a tenth.
    package mutating func appendInterpolation(_ coordinate: Double) {
      html += coordinate.isFinite ? NumberFormat.decimal(coordinate, digits: 1) : "0"
    }

    package mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
  }

  package init(stringLiteral value: String) { html = value }

  package init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }
}

extension Sequence where Element == Markup {
  /// All pieces, one after the other.
  package func joined() -> Markup { reduce(into: Markup.none) { $0 += $1 } }
}
