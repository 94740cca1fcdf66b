import Faults
import Foundation

/// The command line's words without the program's name, as `FileName` writes them: a path need not be UTF-8.
public enum CommandArguments {
  /// All of them.
  public static var all: [String] {
    (1..<max(Int(CommandLine.argc), 1)).compactMap { index in
      CommandLine.unsafeArgv[index].map { word in
        FileName.text(of: UnsafeRawBufferPointer(start: word, count: strlen(word)))
      }
    }
  }
}
