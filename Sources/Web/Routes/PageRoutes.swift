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

  /// All of them.
  static var all: [PageAsset] {
    let (html, style) = ("text/html; charset=utf-8", "text/css; charset=utf-8")
    let (script, picture) = ("text/javascript; charset=utf-8", "image/svg+xml")
    return [
      PageAsset(path: "/", type: html, bytes: PackageResources.index_html),
      PageAsset(path: "/icon.svg", type: picture, bytes: PackageResources.icon_svg),
      PageAsset(path: "/style/base.css", type: style, bytes: PackageResources.base_css),
      PageAsset(path: "/style/lists.css", type: style, bytes: PackageResources.lists_css),
      PageAsset(path: "/style/panel.css", type: style, bytes: PackageResources.panel_css),
      PageAsset(path: "/style/shell.css", type: style, bytes: PackageResources.shell_css),
      PageAsset(path: "/style/viewer.css", type: style, bytes: PackageResources.viewer_css),
      PageAsset(path: "/parts/asking.js", type: script, bytes: PackageResources.asking_js),
      PageAsset(path: "/parts/compare.js", type: script, bytes: PackageResources.compare_js),
      PageAsset(path: "/parts/maps.css", type: style, bytes: PackageResources.maps_css),
      PageAsset(path: "/parts/maps.js", type: script, bytes: PackageResources.maps_js),
      PageAsset(path: "/parts/audit.js", type: script, bytes: PackageResources.audit_js),
      PageAsset(path: "/parts/results.js", type: script, bytes: PackageResources.results_js),
      PageAsset(path: "/parts/run-form.js", type: script, bytes: PackageResources.run_form_js),
      PageAsset(path: "/parts/runs.css", type: style, bytes: PackageResources.runs_css),
      PageAsset(path: "/parts/runs.js", type: script, bytes: PackageResources.runs_js),
      PageAsset(path: "/parts/validation.js", type: script, bytes: PackageResources.validation_js),
      PageAsset(path: "/parts/what-if.css", type: style, bytes: PackageResources.what_if_css),
      PageAsset(path: "/parts/what-if.js", type: script, bytes: PackageResources.what_if_js),
      PageAsset(path: "/script/api.js", type: script, bytes: PackageResources.api_js),
      PageAsset(path: "/script/bars.js", type: script, bytes: PackageResources.bars_js),
      PageAsset(path: "/script/classification.js", type: script, bytes: PackageResources.classification_js),
      PageAsset(path: "/script/connection.js", type: script, bytes: PackageResources.connection_js),
      PageAsset(path: "/script/description.js", type: script, bytes: PackageResources.description_js),
      PageAsset(path: "/script/dom.js", type: script, bytes: PackageResources.dom_js),
      PageAsset(path: "/script/features.js", type: script, bytes: PackageResources.features_js),
      PageAsset(path: "/script/filmstrip.js", type: script, bytes: PackageResources.filmstrip_js),
      PageAsset(path: "/script/filter.js", type: script, bytes: PackageResources.filter_js),
      PageAsset(path: "/script/further.js", type: script, bytes: PackageResources.further_js),
      PageAsset(path: "/script/gestures.js", type: script, bytes: PackageResources.gestures_js),
      PageAsset(path: "/script/guess.js", type: script, bytes: PackageResources.guess_js),
      PageAsset(path: "/script/history.js", type: script, bytes: PackageResources.history_js),
      PageAsset(path: "/script/keys.js", type: script, bytes: PackageResources.keys_js),
      PageAsset(path: "/script/main.js", type: script, bytes: PackageResources.main_js),
      PageAsset(path: "/script/observations.js", type: script, bytes: PackageResources.observations_js),
      PageAsset(path: "/script/panel.js", type: script, bytes: PackageResources.panel_js),
      PageAsset(path: "/script/parts.js", type: script, bytes: PackageResources.parts_js),
      PageAsset(path: "/script/provenance.js", type: script, bytes: PackageResources.provenance_js),
      PageAsset(path: "/script/read.js", type: script, bytes: PackageResources.read_js),
      PageAsset(path: "/script/reading.js", type: script, bytes: PackageResources.reading_js),
      PageAsset(path: "/script/share.js", type: script, bytes: PackageResources.share_js),
      PageAsset(path: "/script/store.js", type: script, bytes: PackageResources.store_js),
      PageAsset(path: "/script/stream.js", type: script, bytes: PackageResources.stream_js),
      PageAsset(path: "/script/theme.js", type: script, bytes: PackageResources.theme_js),
      PageAsset(path: "/script/token.js", type: script, bytes: PackageResources.token_js),
      PageAsset(path: "/script/trouble.js", type: script, bytes: PackageResources.trouble_js),
      PageAsset(path: "/script/upload.js", type: script, bytes: PackageResources.upload_js),
      PageAsset(path: "/script/viewer.js", type: script, bytes: PackageResources.viewer_js),
      PageAsset(path: "/script/why.js", type: script, bytes: PackageResources.why_js),
      PageAsset(path: "/script/words.js", type: script, bytes: PackageResources.words_js),
    ]
  }
}
