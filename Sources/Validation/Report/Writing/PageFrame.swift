import Digests
import Documents
import Foundation

/// The frame of every page: its head, which forbids loading anything from outside, and its end.
package enum PageFrame {
  private static let style = Markup(resource: EmbeddedDocument.reportStyle.bytes)
  private static let script = Markup(resource: EmbeddedDocument.reportScript.bytes)

  /// Everything before the first section.
  ///
  /// - Parameters:
  ///   - title: the page's.
  ///   - own: rules of this kind of page alone, after those of all.
  package static func opening(title: String, styles own: Markup = .none) -> Markup {
    let style = style + own
    let policy =
      "default-src 'none'; img-src data:; style-src '\(hash(style))'; script-src '\(hash(script))'; "
      + "base-uri 'none'; form-action 'none'"
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(Markup(stringLiteral: policy))">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <title>\(title)</title>
      <style>\(style)</style>
      </head>
      <body>

      """
  }

  /// Everything after the last section.
  package static let closing: Markup = """
    <script>\(script)</script>
    </body>
    </html>

    """

  /// The hash of a text for a content security policy.
  private static func hash(_ text: Markup) -> String {
    "sha256-" + Data(SHA256Digest(of: Array(text.html.utf8)).bytes).base64EncodedString()
  }
}
