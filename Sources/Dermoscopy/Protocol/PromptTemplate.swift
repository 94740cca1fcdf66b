import TextOutput

/// A prompt template with placeholders for the results of earlier phases.
///
/// Placeholders are filled in one pass, so a model's text is never read as a placeholder.
public struct PromptTemplate: Sendable, Hashable {
  /// What a prompt can be filled with.
  public enum Placeholder: String, Sendable, CaseIterable {
    /// The observations, one per line: "Shape: oval".
    case observations
    /// The cleaned description, on one line.
    case description

    /// The placeholder as a prompt spells it.
    public var spelling: String { "{\(rawValue)}" }
  }

  enum Piece: Sendable, Hashable {
    case text(String)
    case placeholder(Placeholder)
  }

  /// The prompt as it is in the document.
  public let source: String
  let pieces: [Piece]

  /// The text before the first placeholder: the fixed beginning of the prompt.
  public var prefix: String {
    if case .text(let text)? = pieces.first, pieces.count > 1 { text } else { "" }
  }

  /// The prompt with its placeholders filled.
  public func filled(observations: String = "", description: String = "") -> String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .placeholder(.observations): observations
      case .placeholder(.description): description
      }
    }.joined()
  }
}

extension PromptTemplate {
  /// Reads a prompt that has exactly these placeholders, each at least once.
  init(_ node: DocumentNode, placeholders: [Placeholder]) throws(ProtocolFault) {
    source = try node.prompt()
    var pieces: [Piece] = []
    var rest = source[...]
    while let place = rest.firstMatch(of: /\{([A-Za-z_]+)\}/.matchingSemantics(.unicodeScalar)) {
      let name = String(place.output.1)
      guard let placeholder = Placeholder(rawValue: name), placeholders.contains(placeholder) else {
        let known = placeholders.map(\.spelling).joined(separator: " and ")
        throw node.fault(
          "{\(name.prefix(Quoted.longest))} cannot be filled here; \(known.isEmpty ? "nothing" : known) can")
      }
      pieces.append(.text(String(rest[..<place.range.lowerBound])))
      pieces.append(.placeholder(placeholder))
      rest = rest[place.range.upperBound...]
    }
    pieces.append(.text(String(rest)))
    self.pieces = pieces.filter { $0 != .text("") }
    for placeholder in placeholders where !pieces.contains(.placeholder(placeholder)) {
      throw node.fault("must have the place \(placeholder.spelling)")
    }
  }
}
