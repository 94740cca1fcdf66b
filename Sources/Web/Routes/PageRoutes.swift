/// The page and what it loads.
extension Application {
  var pageRoutes: [Route] {
    PageAsset.all.map { asset in
      let content = StaticContent(asset.bytes)
      return Route(
        asset.path,
        [
          .get: .now(open: true) { _ in
            var response = HTTPResponse(200, body: .content(content)).with("Content-Type", asset.type)
              .with("Cache-Control", "no-cache").with("Content-Security-Policy", SecurityHeaders.policy)
            response.isCompressible = true
            return response
          }
        ])
    }
  }
}

/// A file of the page, with its address. The files lie in `Page/`.
struct PageAsset {
  let path: String
  let type: String
  let bytes: [UInt8]

  /// All of them.
  static var all: [PageAsset] {
    [
      PageAsset(path: "/", type: "text/html; charset=utf-8", bytes: PackageResources.index_html),
      PageAsset(path: "/page.css", type: "text/css; charset=utf-8", bytes: PackageResources.page_css),
      PageAsset(path: "/page.js", type: "text/javascript; charset=utf-8", bytes: PackageResources.page_js),
    ]
  }
}
