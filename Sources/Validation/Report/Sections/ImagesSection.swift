import Dermoscopy
import Foundation

/// The table of images, row by row.
enum ImagesSection {
  /// Its columns with the key that each is sorted by; `nil` where there is nothing to sort by.
  private static let columns: [(title: String, key: String?)] = [
    ("Picture", nil), ("Image", "name"), ("Observations", nil), ("Description", nil), ("Answer", "code"),
    ("Flags", "flags"),
  ]
  private static let sorts = [
    ("order", "as they were read"), ("name", "name"), ("truth", "truth"), ("code", "answer"),
    ("melanoma", "melanoma probability"), ("flags", "flags"),
  ]

  /// Everything before the first row.
  ///
  /// - Parameters:
  ///   - count: images that the table shows.
  ///   - total: images of the run.
  static func opening(count: Int, of total: Int) -> Markup {
    let heads = columns.map { column -> Markup in
      guard let key = column.key else {
        return "<th role=\"columnheader\" scope=\"col\">\(column.title)</th>"
      }
      return """
        <th role="columnheader" scope="col" aria-sort="none" data-key="\(key)">\
        <button type="button">\(column.title)</button></th>
        """
    }
    let codes = LesionCode.allCases.map { "<option>\($0.rawValue)</option>" as Markup }.joined()
    let orders = sorts.map { "<option value=\"\($0.0)\">\($0.1)</option>" as Markup }.joined()
    return """
      <section aria-labelledby="images" class="images">
      <h2 id="images">Images</h2>
      \(sample(count, of: total, called: "images of the run", "the tables beside this page and in its records"))\
      <div class="toolbar" role="search" hidden>
      <label class="find">Find <input type="search" id="find" placeholder="name, answer, words" autocomplete="off"></label>
      <label>Truth <select id="truth"><option value="">any</option>\(codes)<option value="other">other</option>\
      <option value="none">none</option></select></label>
      <label>Answer <select id="code"><option value="">any</option>\(codes)</select></label>
      <label>Show <select id="show"><option value="">all</option><option value="wrong">mismatches</option>\
      <option value="right">matches</option><option value="flagged">flagged</option><option value="clean">clean</option>\
      <option value="failed">unreadable</option></select></label>
      <label>Sort by <select id="sort">\(orders)</select></label>
      <button type="button" id="direction" aria-pressed="false">Descending</button>
      <output id="shown" aria-live="polite">\(NumberFormat.counted(count, "image"))</output>
      </div>
      <table role="table" class="rows" aria-labelledby="images">
      <thead role="rowgroup"><tr role="row">\(heads.joined())</tr></thead>
      <tbody role="rowgroup">

      """
  }

  /// Says that a table shows a sample; nothing where it shows all.
  ///
  /// - Parameters:
  ///   - count: images that it shows.
  ///   - total: images that there are.
  ///   - name: what they are called.
  ///   - place: where all of them are.
  static func sample(_ count: Int, of total: Int, called name: String, _ place: String) -> Markup {
    guard count < total else { return .none }
    return """
      <p class="quiet">Shown are \(NumberFormat.count(count)) of the \(NumberFormat.count(total)) \(name), those with the smallest \
      SHA-256, which is as good as by chance. All figures are of all images. All are in \(place).</p>

      """
  }

  static let closing: Markup = """
    </tbody>
    </table>
    <p class="nothing" hidden>No image matches.</p>
    </section>

    """

  static func row(_ row: ReportRow, order: Int) -> Markup {
    let truth = row.truth.map { Prediction.Truth($0.code) }
    let agrees = row.truth.flatMap { truth in row.code.map { truth.agrees(with: $0) } }
    let truthKey = truth.map { truth in if case .code(let code) = truth { code.rawValue } else { "other" } } ?? "none"
    let melanoma = row.probabilities.map { NumberFormat.decimal($0[.melanoma], digits: 6) } ?? "-1"
    return """
      <tr role="row" data-order="\(order)" data-name="\(row.image)" data-truth="\(truthKey)" \
      data-code="\(row.code?.rawValue ?? "")" data-match="\(agrees.map { $0 ? "right" : "wrong" } ?? "")" \
      data-melanoma="\(melanoma)" data-flags="\(row.flags.count)" data-failed="\(row.failure == nil ? "" : "failed")">\
      <td role="cell" class="picture">\(picture(row))</td>\
      <td role="cell" class="name"><b><bdi>\(row.image)</bdi></b>\(self.truth(row, agrees: agrees))\(facts(row))</td>\
      \(findings(row))</tr>

      """
  }

  static func picture(_ row: ReportRow) -> Markup {
    guard !row.thumbnail.isEmpty else { return "<span class=\"blank\">no picture</span>" }
    let source = "data:image/jpeg;base64," + Data(row.thumbnail).base64EncodedString()
    return "<img src=\"\(Markup(stringLiteral: source))\" alt=\"\" loading=\"lazy\" decoding=\"async\">"
  }

  private static func truth(_ row: ReportRow, agrees: Bool?) -> Markup {
    guard let truth = row.truth else { return "<span class=\"truth\">no label</span>" }
    let attribute: Markup = truth.attribute.map { $0.isEmpty ? .none : " <i><bdi>\($0)</bdi></i>" } ?? .none
    let verdict: Markup =
      switch agrees {
      case true: "<span class=\"verdict right\"><span aria-hidden=\"true\">✓</span> match</span>"
      case false: "<span class=\"verdict wrong\"><span aria-hidden=\"true\">✗</span> mismatch</span>"
      default: .none
      }
    return "<span class=\"truth\">Truth <b><bdi>\(truth.code)</bdi></b>\(attribute)</span>\(verdict)"
  }

  private static func facts(_ row: ReportRow) -> Markup {
    guard !row.facts.isEmpty else { return .none }
    return
      "<span class=\"about\"><bdi>\(row.facts.map { "\($0.name) \($0.value)" }.joined(separator: " · "))</bdi></span>"
  }

  private static func findings(_ row: ReportRow) -> Markup {
    if let failure = row.failure {
      return "<td role=\"cell\" class=\"failure\" colspan=\"4\">Could not be read: <bdi>\(failure)</bdi></td>"
    }
    return """
      <td role="cell" class="observations">\(observations(row))</td>\
      <td role="cell" class="description">\(DescriptionMarkup(description: row.description).markup)</td>\
      <td role="cell" class="diagnosis">\(diagnosis(row))</td><td role="cell" class="flags">\(flags(row))</td>
      """
  }

  static func observations(_ row: ReportRow) -> Markup {
    guard !row.answers.isEmpty else { return "<span class=\"quiet\">none asked</span>" }
    let list = row.answers.map {
      "<div><dt>\($0.name)</dt><dd><bdi>\($0.value)</bdi></dd></div>" as Markup
    }
    return "<dl>\(list.joined())</dl>"
  }

  static func diagnosis(_ row: ReportRow) -> Markup {
    guard let code = row.code else { return "<span class=\"quiet\">not classified</span>" }
    let method = row.method.map { "<span class=\"quiet\">\(plain($0))</span>" as Markup } ?? .none
    let head: Markup = "<p><b class=\"code\">\(code.rawValue)</b> \(method)</p>"
    guard let probabilities = row.probabilities else {
      guard let reason = row.unscored else { return head }
      return head + "<p class=\"quiet\">No probabilities: <bdi>\(reason)</bdi>.</p>"
    }
    let bars = LesionCode.allCases.map { code -> Markup in
      """
      <li><span>\(code.rawValue)</span>\(Bar(share: probabilities[code], name: code.rawValue.lowercased()).markup)\
      <span class="number">\(NumberFormat.percent(probabilities[code]))</span></li>
      """
    }
    return head + "<ul class=\"probabilities\">\(bars.joined())</ul>"
  }

  private static func plain(_ method: String) -> String {
    switch DiagnosisMethod(name: method) {
    case .model: "written by the model"
    case .fallback: "the protocol’s fallback"
    case .rule(let id): "by the rule \(id)"
    case .scored: "the most probable"
    case nil: method
    }
  }

  static func flags(_ row: ReportRow) -> Markup {
    guard !row.flags.isEmpty else { return "<span class=\"quiet\">clean</span>" }
    return "<ul>\(row.flags.map { "<li title=\"\($0.rawValue)\">\($0.words)</li>" as Markup }.joined())</ul>"
  }
}

/// A description, and what was taken out of it struck through with the reason.
struct DescriptionMarkup {
  var description: CleanedDescription?

  var markup: Markup {
    guard let description else { return "<span class=\"quiet\">no description</span>" }
    let kept: Markup =
      description.cleaned.isEmpty
      ? "<span class=\"quiet\">Nothing is left after cleaning.</span>" : "<bdi>\(description.cleaned)</bdi>"
    let removed = description.removed.map { piece -> Markup in
      "<p class=\"removed\"><del><bdi>\(piece.sentence)</bdi></del> <span class=\"quiet\">left out: \(piece.reason.words)</span></p>"
    }
    return "<p>\(kept)</p>\(removed.joined())"
  }
}
