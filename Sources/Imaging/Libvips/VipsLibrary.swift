import CVips
import Foundation

/// libvips in this process: started once, only the loaders that we name, no cache, no chatter.
///
/// libvips works in any number of threads, but its error messages go into one buffer for all of them. So work runs
/// side by side and nobody looks at the buffer; only when something has failed is it done once more, alone, to learn
/// why (`VipsDecoder`).
final class VipsLibrary: @unchecked Sendable {  // the only state is `lock`, which is a lock
  /// The library, started; `nil` when it would not start.
  static let shared: VipsLibrary? = VipsLibrary()

  private let lock: UnsafeMutablePointer<pthread_rwlock_t>

  private init?() {
    // Warnings about odd but readable files ("unknown tag 59932") are not the reader's business.
    g_log_set_handler(
      "VIPS", GLogLevelFlags(rawValue: G_LOG_LEVEL_WARNING.rawValue | G_LOG_LEVEL_MESSAGE.rawValue), { _, _, _, _ in },
      nil)
    guard vips_init("dermgemma") == 0 else { return nil }
    vips_block_untrusted_set(1)
    vips_operation_block_set("VipsForeignLoad", 1)
    for loader in ["Jpeg", "Png", "Webp", "Tiff"] { vips_operation_block_set("VipsForeignLoad\(loader)Buffer", 0) }
    vips_cache_set_max(0)
    // Callers bring their own threads, and the model wants the cores.
    vips_concurrency_set(1)

    lock = .allocate(capacity: 1)
    var attributes = pthread_rwlockattr_t()
    pthread_rwlockattr_init(&attributes)
    // Otherwise a steady stream of decodes would keep a failed one waiting for ever.
    pthread_rwlockattr_setkind_np(&attributes, Int32(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP))
    pthread_rwlock_init(lock, &attributes)
    pthread_rwlockattr_destroy(&attributes)
  }

  /// Runs work beside others'. Must not be nested.
  func sharing<Result>(_ work: () -> Result) -> Result {
    pthread_rwlock_rdlock(lock)
    defer { pthread_rwlock_unlock(lock) }
    return work()
  }

  /// Runs work alone, with an empty error buffer. Must not be nested.
  func alone<Result>(_ work: () -> Result) -> Result {
    pthread_rwlock_wrlock(lock)
    vips_error_clear()
    defer {
      vips_error_clear()
      pthread_rwlock_unlock(lock)
    }
    return work()
  }

  /// The first line of the error buffer, without the operation that wrote it. Only inside `alone`.
  var firstError: String {
    let text = String(cString: vips_error_buffer())
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard let colon = line.range(of: ": ") else { return line }
    return String(line[colon.upperBound...])
  }
}
