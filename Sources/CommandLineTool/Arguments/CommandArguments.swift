import Faults
import Foundation
import Records

/// The command line's words without the program's name, as `FileName` writes them: a path need not be UTF-8.
public enum CommandArguments {
  /// All of them. A database's password is overwritten where lists of processes show it.
  public static var all: [String] {
    (1..<max(Int(CommandLine.argc), 1)).compactMap { index in
      CommandLine.unsafeArgv[index].map { word in
        let text = FileName.text(of: UnsafeRawBufferPointer(start: word, count: strlen(word)))
        let shown = RecordStores.withoutPassword(text)
        if shown != text { overwrite(word, with: shown) }
        return text
      }
    }
  }

  private static func overwrite(_ word: UnsafeMutablePointer<CChar>, with shown: String) {
    let bytes = Array(shown.utf8)
    for index in 0..<strlen(word) { word[index] = index < bytes.count ? CChar(bitPattern: bytes[index]) : 0 }
  }
}
