/// The security headers of every response.
enum SecurityHeaders {
  /// The page loads from its own server, shows pictures that it was given by a person, and nothing else.
  static let policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "connect-src 'self'",
    "frame-src 'self'",
    "font-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].joined(separator: "; ")

  /// For a report of a validation run: one document with styles, plots and a script in it, which the page shows in a
  /// frame. It runs in an origin of its own: nothing of the server can be reached from it. The document's own policy
  /// names the one script by its digest.
  static let reportPolicy = [
    "default-src 'none'", "style-src 'unsafe-inline'", "script-src 'unsafe-inline'", "img-src data:", "base-uri 'none'",
    "form-action 'none'", "frame-ancestors 'self'", "sandbox allow-scripts allow-modals",
  ].joined(separator: "; ")
  /// For everything else: documents and pictures that load nothing.
  static let strictest = "default-src 'none'; frame-ancestors 'none'"

  /// The fields, without those that an answer has set itself.
  static func fields(isSecure: Bool, besides given: [(name: String, value: String)]) -> [(name: String, value: String)]
  {
    var fields = [
      ("Content-Security-Policy", strictest),
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
      ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ]
    if isSecure { fields.append(("Strict-Transport-Security", "max-age=31536000")) }
    return fields.filter { field in !given.contains { $0.name == field.0 } }
  }
}
