/// Requests for the base path itself.
extension Application {
  /// `/derm` leads to `/derm/`, to which the page's own addresses are relative.
  var baseRoutes: [Route] {
    let base = settings.basePath.text
    guard !base.isEmpty else { return [] }
    return [
      Route(
        base, [.get: .now(open: true) { _ in HTTPResponse(308).with("Location", base + "/") }])
    ]
  }
}
