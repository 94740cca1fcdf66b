import Foundation

/// How long a server may take, and how we introduce ourselves.
public struct HTTPLimits: Sendable {
  /// Seconds until a connection stands.
  public var connectSeconds = 15
  /// Seconds without a byte after which a server counts as stalled.
  public var silentSeconds = 30
  /// Redirects followed for one request.
  public var redirects = 10
  /// What requests say about the program.
  public var userAgent = "dermgemma"
  /// The file of trusted certificates; `nil` for libcurl's own.
  public var certificates: String? = trustedCertificates()

  /// The defaults.
  public init() {}

  /// Where systems keep the certificates that they trust. libcurl knows only the place of the system that built it.
  static func trustedCertificates(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    let named = [environment["SSL_CERT_FILE"], environment["CURL_CA_BUNDLE"]].compactMap { $0 }.filter { !$0.isEmpty }
    let usual = [
      "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Gentoo
      "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, RHEL
      "/etc/ssl/ca-bundle.pem",  // openSUSE
      "/etc/ssl/cert.pem",  // Alpine
    ]
    return (named + usual).first { access($0, R_OK) == 0 }
  }
}
