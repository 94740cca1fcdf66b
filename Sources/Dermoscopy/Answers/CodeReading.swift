/// What a classification's text says.
public struct CodeReading: Sendable, Hashable {
  /// The code that the text decides for; `nil` when it decides for none of those asked about.
  public var code: LesionCode?
  /// Every code that the text names, by letters or by name, denied ones too, each once, in order of first mention.
  public var mentioned: [LesionCode]

  /// A reading.
  public init(code: LesionCode?, mentioned: [LesionCode]) {
    self.code = code
    self.mentioned = mentioned
  }
}
