/// What a shell offers for an option's value, once the names of protocols and models are known.
struct CompletionWords {
  /// Names that are known when a script is written.
  var protocols: [String]
  var models: [String]

  /// What an option's value can be.
  enum Values {
    /// A file or folder.
    case paths
    /// One of these, or a file where they allow it.
    case words([String], orPaths: Bool)
    /// Anything.
    case open
  }

  /// The values of an option; `nil` for a flag.
  func values(of option: any CommandOption) -> Values? {
    switch option.completion {
    case nil: nil
    case .any: .open
    case .paths: .paths
    case .words(let words): .words(words, orPaths: false)
    case .protocols: .words(protocols, orPaths: true)
    case .models: .words(models, orPaths: true)
    }
  }
}
