import CLlama
import Synchronization

/// What llama.cpp said last: its log goes nowhere else, and its errors become part of ours.
enum LlamaLog {
  private struct Lines: Sendable {
    var errors: [String] = []
    var begun = ""
  }

  private static let lines = Mutex(Lines())
  private static let kept = 8

  /// Forgets what was said before.
  static func forget() {
    lines.withLock { $0 = Lines() }
  }

  /// The last errors, oldest first, on one line; `nil` when there was none.
  static var lastErrors: String? {
    lines.withLock { $0.errors.isEmpty ? nil : $0.errors.joined(separator: "; ") }
  }

  static let callback: @convention(c) (ggml_log_level, UnsafePointer<CChar>?, UnsafeMutableRawPointer?) -> Void = {
    level, text, _ in
    guard level == GGML_LOG_LEVEL_ERROR, let text else { return }
    let line = String(cString: text).split(whereSeparator: \.isNewline).joined(separator: " ")
    guard !line.isEmpty else { return }
    lines.withLock {
      $0.errors.append(line)
      if $0.errors.count > kept { $0.errors.removeFirst() }
    }
  }
}
