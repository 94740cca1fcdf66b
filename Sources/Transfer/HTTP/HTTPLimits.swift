import Foundation

/// Timeouts, and the user agent.
public struct HTTPLimits: Sendable {
  /// Seconds until a connection stands.
  public var connectSeconds = 15
  /// Seconds without a byte after which a server counts as stalled.
  public var silentSeconds = 30
  /// Seconds that a whole exchange may take; `nil` for any number, as long as bytes come.
  public var totalSeconds: Int?
  /// Redirects followed for one request.
  public var redirects = 10
  /// The user agent.
  public var userAgent = "dermgemma"
  /// The file of trusted certificates; `nil` for libcurl's own.
  public var certificates: String? = trustedCertificates()

  /// The defaults.
  public init() {}

  /// Where distributions keep trusted certificates. libcurl knows only the path of the distribution that built it.
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
