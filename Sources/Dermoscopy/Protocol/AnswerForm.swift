import VisionLanguage

/// What an answer to a question may be, and how other wordings are understood.
public struct AnswerForm: Sendable, Hashable, Codable {
  /// How many of the values an answer names.
  public enum Kind: String, Sendable, Codable {
    /// Exactly one of the values.
    case one
    /// `yes` or `no`.
    case yesNo = "yes_no"
    /// Any number of the values.
    case many
  }

  /// How many of the values an answer names.
  public var kind: Kind
  /// The canonical values, lower case, in the order in which a reader expects them.
  public var values: [String]
  /// For `many`: the value that means nothing was found; it never occurs beside another.
  public var none: String?
  /// Other words, lower case, with the value that each means.
  public var synonyms: [String: String]

  /// A form.
  public init(kind: Kind, values: [String], none: String? = nil, synonyms: [String: String] = [:]) {
    self.kind = kind
    self.values = values
    self.none = none
    self.synonyms = synonyms
  }
}

extension AnswerForm {
  /// The values as a constraint: what a model that is held to them may write.
  var constraint: AnswerConstraint {
    AnswerConstraint(words: values, most: kind == .many ? values.count : 1, alone: none)
  }
}
