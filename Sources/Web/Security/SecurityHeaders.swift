/// What every answer says about itself to a browser.
enum SecurityHeaders {
  /// The page loads from its own server, shows pictures that it was given by a person, and nothing else.
  static let policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "connect-src 'self'",
    "font-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].joined(separator: "; ")

  /// For a report of a validation run: one document with its styles and plots in it, cut off from everything.
  static let reportPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

  /// The fields, but for the policy: that one an answer may set itself.
  static func fields(isSecure: Bool) -> [(name: String, value: String)] {
    var fields = [
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
      ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ]
    if isSecure { fields.append(("Strict-Transport-Security", "max-age=31536000")) }
    return fields
  }
}
