import Dermoscopy
import Foundation

/// The images on which two runs disagree, in a table that the report's script sorts and filters.
enum DisagreementSection {
  static func opening(_ comparison: RunComparison) -> Markup {
    let disagreementCounts = comparison.disagreementCounts
    let count = disagreementCounts.values.reduce(0, +)
    let shown = min(count, ReportSample.most)
    let codes = LesionCode.allCases.map { "<option>\($0.rawValue)</option>" as Markup }.joined()
    let verdicts = Disagreement.Verdict.allCases.compactMap { verdict -> Markup? in
      disagreementCounts[verdict].map { "<option value=\"\(verdict.rawValue)\">\(verdict.words) (\($0))</option>" }
    }
    let heads = ["Picture", "Image", "A", "B"].map { "<th role=\"columnheader\" scope=\"col\">\($0)</th>" as Markup }
    return """
      <section aria-labelledby="images" class="images">
      <h2 id="images">Images on which they disagree</h2>
      \(ImagesSection.sample(shown, of: count, called: "images on which they disagree", "comparison.json"))\
      <div class="toolbar" role="search" hidden>
      <label class="find">Find <input type="search" id="find" placeholder="name, answer, words" autocomplete="off"></label>
      <label>Truth <select id="truth"><option value="">any</option>\(codes)<option value="other">other</option>\
      <option value="none">none</option></select></label>
      <label>A’s code <select id="code"><option value="">any</option>\(codes)</select></label>
      <label>Show <select id="show"><option value="">all</option>\(verdicts.joined())</select></label>
      <label>Sort by <select id="sort"><option value="order">as they were read</option><option value="name">name</option>\
      <option value="truth">truth</option><option value="code">A’s code</option>\
      <option value="difference">melanoma probability, B − A</option></select></label>
      <button type="button" id="direction" aria-pressed="false">Descending</button>
      <output id="shown" aria-live="polite">\(NumberFormat.counted(shown, "image"))</output>
      </div>
      <table role="table" class="rows pairs" aria-labelledby="images">
      <thead role="rowgroup"><tr role="row">\(heads.joined())</tr></thead>
      <tbody role="rowgroup">

      """
  }

  static let closing = ImagesSection.closing

  static func row(_ image: Disagreement, order: Int, thumbnail: [UInt8]) -> Markup {
    let truth = image.truth.map { Prediction.Truth($0.code) }
    let key = truth.map { truth in if case .code(let code) = truth { code.rawValue } else { "other" } } ?? "none"
    let melanoma = [image.first, image.second].compactMap { $0.diagnosis?.probabilities?[.melanoma] }
    // Without both there is no difference to sort by.
    let difference = melanoma.count == 2 ? melanoma[1] - melanoma[0] : 0
    let row = ReportRow(image.first, thumbnail: thumbnail)
    let disagreements = image.differingQuestions
    let label: Markup = image.truth.map { "Truth <b><bdi>\($0.code)</bdi></b>" } ?? "no label"
    return """
      <tr role="row" data-order="\(order)" data-name="\(row.image)" data-truth="\(key)" \
      data-code="\(row.code?.rawValue ?? "")" data-match="\(image.verdict.rawValue)" data-flags="\(row.flags.count)" \
      data-failed="" data-difference="\(NumberFormat.decimal(difference, digits: 6))">\
      <td role="cell" class="picture">\(ImagesSection.picture(row))</td>\
      <td role="cell" class="name"><b><bdi>\(row.image)</bdi></b><span class="truth">\(label)</span>\
      <span class="verdict">\(image.verdict.words)</span></td>\
      <td role="cell" class="side">\(side("A", row, disagreements))</td>\
      <td role="cell" class="side">\(side("B", ReportRow(image.second), disagreements))</td></tr>

      """
  }

  private static func side(_ letter: String, _ row: ReportRow, _ disagreements: Set<String>) -> Markup {
    let answers = row.answers.map { answer -> Markup in
      let mark: Markup = disagreements.contains(answer.name) ? " class=\"parted\"" : .none
      return "<div\(mark)><dt>\(answer.name)</dt><dd><bdi>\(answer.value)</bdi></dd></div>"
    }
    let flags: Markup = row.flags.isEmpty ? .none : "<div class=\"flags\">\(ImagesSection.flags(row))</div>"
    return """
      <p class="which">\(letter)</p>\(ImagesSection.diagnosis(row))<dl>\(answers.joined())</dl>\
      \(DescriptionMarkup(description: row.description).markup)\(flags)
      """
  }
}
