import CCrypto

/// The process's libcrypto.
public enum Libcrypto {
  /// Keeps libcrypto's tables until the process is gone.
  ///
  /// By default libcrypto frees them in an exit handler, and a digest that another thread begins then reads freed memory.
  /// The first initialisation decides, so whatever uses libcrypto through another library calls this before.
  public static func keepUntilProcessEnds() { _ = isKept }

  private static let isKept = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
}
