/// Words of a command line, quoted for a POSIX shell.
enum ShellWord {
  private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=@%+".utf8)

  /// A word as a shell takes it back unchanged; plain words stay as they are.
  static func quoted(_ word: String) -> String {
    if !word.isEmpty, word.utf8.allSatisfy(plain.contains) { return word }
    return "'" + word.replacing("'", with: #"'\''"#) + "'"
  }

  /// A command line.
  static func line(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }
}
