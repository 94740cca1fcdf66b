import CDocuments

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

/// A file of the page, with its address. The files lie in `Page/`; those in `parts/` are fetched when they are opened.
struct PageAsset {
  let path: String
  let type: String
  let bytes: [UInt8]

  /// All of them, as `CDocuments` has them.
  static let all: [PageAsset] = (0..<dermgemma_page_count()).map { index in
    let path = String(cString: dermgemma_page_path(index))
    var count = 0
    let text = dermgemma_page_text(index, &count)
    return PageAsset(
      path: path == "/index.html" ? "/" : path, type: type(of: path),
      bytes: Array(UnsafeBufferPointer(start: text, count: count)))
  }

  private static func type(of path: String) -> String {
    switch path.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "text/javascript; charset=utf-8"
    }
  }
}
