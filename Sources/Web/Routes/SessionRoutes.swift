/// How a browser logs in: it sends the token once, for a cookie that no script can read.
extension Application {
  /// Seconds that the cookie is kept.
  private static let sessionSeconds = 30 * 24 * 3_600

  var sessionRoutes: [Route] {
    [
      Route(
        "/api/session",
        [
          .post: .later(.accepted([.json]), open: true) { [self] in try beginSession($0) },
          .delete: .now(open: true) { [self] in endSession($0) },
        ])
    ]
  }

  private struct Credentials: Decodable { var token: String }

  private func beginSession(_ request: HTTPRequest) throws -> HTTPResponse {
    guard case .bytes(let bytes) = request.body else { throw Problem.badRequest("A body is missing.") }
    let credentials = try StrictJSON.decode(Credentials.self, from: bytes, keys: ["token"])
    guard let token = settings.token else { return HTTPResponse(204) }
    guard token.admits(credentials.token) else {
      throw Problem(403, "wrong_token", "Forbidden", "This is not the server's token.")
    }
    return HTTPResponse(204).with("Set-Cookie", cookie(token.session, seconds: Self.sessionSeconds, request))
  }

  private func endSession(_ request: HTTPRequest) -> HTTPResponse {
    HTTPResponse(204).with("Set-Cookie", cookie("", seconds: 0, request))
  }

  private func cookie(_ value: String, seconds: Int, _ request: HTTPRequest) -> String {
    "\(AccessToken.cookie)=\(value); Path=\(settings.basePath.address("/")); Max-Age=\(seconds); HttpOnly; SameSite=Strict"
      + (request.head.isSecure ? "; Secure" : "")
  }
}
