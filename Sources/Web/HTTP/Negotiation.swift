/// What a client allows its answer to be.
enum Negotiation {
  /// Whether a gzip body may be sent (RFC 9110, 12.5.3).
  static func acceptsGzip(_ field: String?) -> Bool {
    guard let field else { return false }
    var wildcard = false
    for item in field.split(separator: ",") {
      let parts = item.split(separator: ";").map { $0.trimmed.lowercased() }
      guard let coding = parts.first else { continue }
      let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      if coding == "gzip" || coding == "x-gzip" { return quality > 0 }
      if coding == "*" { wildcard = quality > 0 }
    }
    return wildcard
  }

  /// Whether one of the entity tags in `If-None-Match` is this one, compared weakly (RFC 9110, 13.1.2).
  static func matches(_ field: String, _ entityTag: String) -> Bool {
    func opaque(_ tag: some StringProtocol) -> Substring {
      let tag = Substring(tag)
      return tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
    if field.trimmed == "*" { return true }
    return field.split(separator: ",").contains { opaque($0.trimmed) == opaque(entityTag) }
  }
}

/// The part of a body that `Range` asks for (RFC 9110, 14.1.2).
enum ByteRange: Equatable {
  /// There is no range, or one that may be ignored: another unit, several ranges, wrong syntax.
  case whole
  /// These bytes.
  case part(Range<UInt64>)
  /// No byte of it is there.
  case unsatisfiable

  init(_ field: String?, size: UInt64) {
    self = .whole
    guard let field, field.lowercased().hasPrefix("bytes=") else { return }
    let sides = field.dropFirst(6).trimmed.split(separator: "-", omittingEmptySubsequences: false)
    guard sides.count == 2, sides.allSatisfy({ $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) })
    else { return }
    switch (sides[0].isEmpty, sides[1].isEmpty) {
    case (true, true): return
    case (true, false):
      // This many at the end; more digits than fit mean all of it.
      let count = min(UInt64(sides[1]) ?? .max, size)
      self = count == 0 ? .unsatisfiable : .part(size - count..<size)
    case (false, let isOpen):
      guard let first = UInt64(sides[0]), first < size else {
        self = .unsatisfiable
        return
      }
      let last = isOpen ? size - 1 : min(UInt64(sides[1]) ?? .max, size - 1)
      if last >= first { self = .part(first..<last + 1) }
    }
  }
}

extension StringProtocol {
  /// Without white space at its ends.
  var trimmed: String {
    var text = self[...]
    while let first = text.first, first.isWhitespace { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    return String(text)
  }
}
