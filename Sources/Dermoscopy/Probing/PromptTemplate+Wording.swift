extension PromptTemplate {
  /// The prompt with its list of codes turned so that another code stands first.
  ///
  /// The list is what begins at the first code and ends at the punctuation after the last: `MEL for melanoma, NV for nevus, …`.
  ///
  /// - Parameter code: the code to stand first.
  /// - Returns: `nil` where the prompt does not name each code once.
  public func listing(first code: LesionCode) -> PromptTemplate? {
    let places = LesionCode.allCases.map { Self.places(of: $0.rawValue, in: source) }
    guard places.allSatisfy({ $0.count == 1 }) else { return nil }
    let starts = places.map { $0[0] }.sorted { $0.lowerBound < $1.lowerBound }
    guard let last = starts.last, let own = starts.firstIndex(where: { source[$0] == code.rawValue }) else {
      return nil
    }
    let end = source[last.upperBound...].firstIndex { ".;\n)?!,".contains($0) } ?? source.endIndex
    let bounds = starts.map(\.lowerBound)
    let pieces = bounds.indices.dropLast().map { String(source[bounds[$0]..<bounds[$0 + 1]]) }
    // "MEL for melanoma, " is an item and what separates it from the next.
    let items = pieces.map { Self.item(in: $0) } + [String(source[last.lowerBound..<end])]
    let separators = zip(pieces, items).map { String($0.dropFirst($1.count)) }
    let turned = items.indices.map { items[($0 + own) % items.count] }
    let list = turned.indices.map { turned[$0] + ($0 < separators.count ? separators[$0] : "") }.joined()
    return with(source.prefix(upTo: starts[0].lowerBound) + list + source[end...])
  }

  /// The prompt with phrases replaced.
  ///
  /// - Returns: `nil` unless each phrase is there once.
  public func replacing(_ phrases: [(phrase: String, replacement: String)]) -> PromptTemplate? {
    var text = source
    for (phrase, replacement) in phrases {
      let ranges = text.ranges(of: phrase)
      guard ranges.count == 1 else { return nil }
      text.replaceSubrange(ranges[0], with: replacement)
    }
    return with(text[...])
  }

  /// The prompt with a sentence after it; nothing in the sentence is a placeholder.
  public func followed(by sentence: String) -> PromptTemplate {
    PromptTemplate(source: source + sentence, pieces: pieces + [.text(sentence)])
  }

  /// Where a word stands by itself.
  private static func places(of word: String, in text: String) -> [Range<String.Index>] {
    text.ranges(of: word).filter { range in
      let before = range.lowerBound > text.startIndex ? text[text.index(before: range.lowerBound)] : " "
      let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
      return !before.isLetter && !before.isNumber && !after.isLetter && !after.isNumber
    }
  }

  /// A list's item without what separates it from the next: punctuation, spaces, and an "or" or "and".
  private static func item(in piece: String) -> String {
    var item = piece[...]
    func trim() { while let last = item.last, !last.isLetter, !last.isNumber, last != ")" { item.removeLast() } }
    trim()
    for word in [" or", " and"] where item.hasSuffix(word) {
      item.removeLast(word.count)
      trim()
    }
    return String(item)
  }

  /// This prompt's places in another text.
  private func with(_ text: some StringProtocol) -> PromptTemplate {
    let places = Placeholder.allCases.filter { pieces.contains(.placeholder($0)) }
    var parts: [Piece] = [.text(String(text))]
    for place in places {
      parts = parts.flatMap { part -> [Piece] in
        guard case .text(let text) = part else { return [part] }
        let texts = text.split(separator: place.spelling, omittingEmptySubsequences: false).map {
          Piece.text(String($0))
        }
        return texts.enumerated().flatMap { $0.offset == 0 ? [$0.element] : [.placeholder(place), $0.element] }
      }
    }
    return PromptTemplate(source: String(text), pieces: parts.filter { $0 != .text("") })
  }
}
