import CVips
import Foundation

/// libvips in this process: started once, with only the loaders that we name, no cache and no output.
///
/// libvips works on any number of threads, but all of them share one buffer for error messages. So work runs
/// concurrently and ignores the buffer; if something fails, it is repeated alone to learn why (`VipsDecoder`).
final class VipsLibrary: @unchecked Sendable {  // the only state is `lock`, which is a lock
  /// The library, started; `nil` when it would not start.
  static let shared: VipsLibrary? = VipsLibrary()

  private let lock: UnsafeMutablePointer<pthread_rwlock_t>

  private init?() {
    // GLib would print them.
    g_log_set_handler(
      "VIPS", GLogLevelFlags(rawValue: G_LOG_LEVEL_WARNING.rawValue | G_LOG_LEVEL_MESSAGE.rawValue),
      { _, _, message, _ in
        if let message { VipsWarnings.shared.take(String(cString: message)) }
      }, nil)
    guard vips_init("dermgemma") == 0 else { return nil }
    vips_block_untrusted_set(1)
    vips_operation_block_set("VipsForeignLoad", 1)
    for loader in ["Jpeg", "Png", "Webp", "Tiff", "Jp2k", "Heif", "Jxl"] {
      vips_operation_block_set("VipsForeignLoad\(loader)Buffer", 0)
    }
    vips_cache_set_max(0)
    // Callers have their own threads, and the model needs the cores.
    vips_concurrency_set(1)

    lock = .allocate(capacity: 1)
    var attributes = pthread_rwlockattr_t()
    pthread_rwlockattr_init(&attributes)
    // Otherwise a steady stream of decodes could starve a failed one.
    pthread_rwlockattr_setkind_np(&attributes, Int32(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP))
    pthread_rwlock_init(lock, &attributes)
    pthread_rwlockattr_destroy(&attributes)
  }

  /// Runs work concurrently with other work.
  ///
  /// Must not be nested.
  func sharing<Result>(_ work: () -> Result) -> Result {
    pthread_rwlock_rdlock(lock)
    defer { pthread_rwlock_unlock(lock) }
    return work()
  }

  /// Runs work alone, with an empty error buffer.
  ///
  /// Must not be nested.
  func alone<Result>(_ work: () -> Result) -> Result {
    pthread_rwlock_wrlock(lock)
    vips_error_clear()
    VipsWarnings.shared.listen()
    defer {
      VipsWarnings.shared.ignore()
      vips_error_clear()
      pthread_rwlock_unlock(lock)
    }
    return work()
  }

  /// Why the work failed, in one line without the name of the operation; may be empty.
  ///
  /// Only inside `alone`.
  /// libvips keeps some reasons, libpng's above all, for its warnings, and says only "libpng read error" in the buffer.
  var reason: String {
    let lines = String(cString: vips_error_buffer()).split(whereSeparator: \.isNewline)
    var line = lines.first.map(String.init) ?? ""
    if line.isEmpty || line.hasSuffix("libpng read error"), let warning = VipsWarnings.shared.first { line = warning }
    guard let colon = line.range(of: ": "),
      line[..<colon.lowerBound].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
    else {
      return line
    }
    return String(line[colon.upperBound...])
  }
}
