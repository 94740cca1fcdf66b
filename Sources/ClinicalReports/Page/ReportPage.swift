import Dermoscopy
import Foundation
import Imaging
import VisionLanguage

/// An examination as a page: the picture, the classification with its probabilities, the observations, the description,
/// where all of it came from, and that it is for research. It does not have the picture's name, which may be a patient's.
struct ReportPage {
  /// Pixels in a row: A4 at 150 dots an inch.
  static let width = 1_240
  /// Rows at least, as A4 has them; long descriptions make a page longer.
  static let height = 1_754
  /// The side of the picture's square.
  static let picture = 520

  private static let margin = 70
  private static let ink = PageCanvas.Color(0x1B2430)
  private static let faint = PageCanvas.Color(0x5A6675)
  private static let line = PageCanvas.Color(0xD5DBE3)
  private static let warning = PageCanvas.Color(0xFFF1CC)
  private static let chosen = PageCanvas.Color(0x1F6FB2)
  private static let other = PageCanvas.Color(0xA9BCCD)
  private static let empty = PageCanvas.Color(0xEDF0F4)

  private static let title = DrawnText.Style(size: 38, isBold: true)
  private static let heading = DrawnText.Style(size: 25, isBold: true)
  private static let body = DrawnText.Style(size: 23)
  private static let strong = DrawnText.Style(size: 23, isBold: true)
  private static let small = DrawnText.Style(size: 18)

  private let report: ExaminationReport
  private let finished: Date
  private let program: ReportingProgram
  /// What is drawn in the end: the page's height is known only then.
  private var steps: [(inout PageCanvas) -> Void] = []
  /// Where the next part begins.
  private var top = 0

  init(_ report: ExaminationReport, finished: Date, program: ReportingProgram) {
    (self.report, self.finished, self.program) = (report, finished, program)
  }

  /// Draws the page.
  ///
  /// - Parameter picture: the picture that was read; `nil` where it is not at hand.
  /// - Throws: `DrawingFault`.
  func drawn(with picture: PixelImage?) throws(DrawingFault) -> PageCanvas {
    var page = self
    try page.head()
    let under = page.top
    page.show(picture)
    try page.classification(left: Self.margin + Self.picture + 50)
    page.top = max(page.top, under + Self.picture) + 36
    try page.observations()
    try page.provenance()
    try page.notice(at: max(page.top, Self.height - Self.noticeHeight))
    var canvas = PageCanvas(width: Self.width, height: max(page.top, Self.height))
    for step in page.steps { step(&canvas) }
    return canvas
  }

  /// Draws a text and moves below it.
  private mutating func write(
    _ text: String, _ style: DrawnText.Style, _ color: PageCanvas.Color = Self.ink, left: Int = Self.margin,
    right: Int = Self.margin
  ) throws(DrawingFault) {
    guard let drawn = try DrawnText(text, in: style, width: Self.width - left - right) else { return }
    let place = top
    steps.append { $0.draw(drawn, left: left, top: place, color) }
    top += drawn.bottom(in: style)
  }

  private mutating func rule() {
    let place = top
    steps.append { $0.fill(left: Self.margin, top: place, width: Self.width - 2 * Self.margin, height: 2, Self.line) }
    top += 20
  }

  private mutating func head() throws(DrawingFault) {
    try notice(at: 0)
    top += 34
    try write("Dermoscopic image, read by a model", Self.title)
    top += 6
    let moment = Date.ISO8601FormatStyle().format(finished).replacing("T", with: " ").replacing("Z", with: " UTC")
    try write(
      "\(ReportingProgram.name) \(program.version) · \(moment) · preliminary, not verified by anybody", Self.small,
      Self.faint)
    top += 28
  }

  /// The band that says what the page is for.
  private mutating func notice(at place: Int) throws(DrawingFault) {
    steps.append { $0.fill(left: 0, top: place, width: Self.width, height: Self.noticeHeight, Self.warning) }
    top = place + 16
    try write(ReportingProgram.notice + " A machine wrote this page.", Self.strong)
    top = place + Self.noticeHeight
  }

  private static var noticeHeight: Int { strong.lineHeight + 32 }

  private mutating func show(_ picture: PixelImage?) {
    let (place, side) = (top, Self.picture)
    steps.append { $0.fill(left: Self.margin, top: place, width: side, height: side, Self.empty) }
    guard let fitted = picture.flatMap({ Self.fitted($0, side: side) }) else { return }
    steps.append { canvas in
      canvas.draw(
        fitted, left: Self.margin + (side - fitted.width) / 2, top: place + (side - fitted.height) / 2)
    }
  }

  /// A picture whose longer side is that of the square.
  private static func fitted(_ picture: PixelImage, side: Int) -> PixelImage? {
    let scale = Double(side) / Double(max(picture.width, picture.height))
    let size = [picture.width, picture.height].map { min(max(Int((Double($0) * scale).rounded()), 1), side) }
    let preparation = ImagePreparation.resize(width: size[0], height: size[1], contrast: 1)
    return try? ImagePreparer.prepare(picture, as: preparation, nativeSide: side)
  }

  private mutating func classification(left: Int) throws(DrawingFault) {
    guard let diagnosis = report.diagnosis else {
      return try write("Not classified", Self.heading, left: left)
    }
    try write("Classified as", Self.small, Self.faint, left: left)
    try write(diagnosis.code.rawValue, DrawnText.Style(size: 56, isBold: true), Self.chosen, left: left)
    try write(diagnosis.code.diagnosis, Self.strong, left: left)
    top += 30
    guard let probabilities = diagnosis.probabilities else {
      return try write("No probabilities: \(diagnosis.unscored ?? "none were had")", Self.body, Self.faint, left: left)
    }
    try write("Probabilities, from the model's scores", Self.small, Self.faint, left: left)
    top += 10
    for code in LesionCode.allCases {
      try bar(code, probabilities[code], isChosen: code == diagnosis.code, left: left)
    }
    guard let likeliest = probabilities.likeliest(), likeliest != diagnosis.code else { return }
    try write(
      "The code was chosen by: \(diagnosis.method.name). The scores favor \(likeliest.rawValue).", Self.small,
      Self.faint, left: left)
  }

  private mutating func bar(
    _ code: LesionCode, _ probability: Double, isChosen: Bool, left: Int
  ) throws(DrawingFault) {
    let style = isChosen ? Self.strong : Self.body
    let (place, right) = (top, Self.width - Self.margin)
    try write("\(code.rawValue)  \(code.diagnosis)", style, left: left)
    let (below, percent) = (top, Self.percent(probability))
    if let drawn = try DrawnText(percent, in: style, width: 200) {
      steps.append { $0.draw(drawn, left: right - drawn.left - drawn.width, top: place, Self.ink) }
    }
    let length = right - left
    let filled = Int((Double(length) * min(max(probability, 0), 1)).rounded())
    steps.append { canvas in
      canvas.fill(left: left, top: below + 4, width: length, height: 22, Self.empty)
      canvas.fill(left: left, top: below + 4, width: filled, height: 22, isChosen ? Self.chosen : Self.other)
    }
    top = below + 46
  }

  /// A share in percent to a tenth, never rounded to 0 or 100.
  static func percent(_ share: Double) -> String {
    if share > 0, share < 0.0005 { return "< 0.1 %" }
    if share < 1, share >= 0.9995 { return "> 99.9 %" }
    return String(format: "%.1f %%", share * 100)
  }

  private mutating func observations() throws(DrawingFault) {
    let entries = report.observations.entries.filter { !$0.observation.value.isEmpty }
    if !entries.isEmpty {
      try write("Observations", Self.heading)
      top += 12
      for entry in entries { try row(entry.question, entry.observation.value, Self.body, left: 320) }
      top += 16
    }
    if let cleaned = report.description?.cleaned, !cleaned.isEmpty {
      try write("Description", Self.heading)
      top += 12
      try write(cleaned, Self.body)
      top += 22
    }
    let flags = report.flags.map(\.rawValue).joined(separator: ", ")
    try row("Quality flags", flags.isEmpty ? "none" : flags, Self.body, left: 320)
    for note in report.image.notes ?? [] { try row("Picture", note, Self.body, left: 320) }
    top += 16
  }

  /// A name, and what it has.
  private mutating func row(_ name: String, _ value: String, _ style: DrawnText.Style, left: Int) throws(DrawingFault) {
    let place = top
    try write(name, style, Self.faint, right: Self.width - left + 10)
    let below = top
    top = place
    try write(value, style, left: left)
    top = max(top, below) + style.size / 4
  }

  private mutating func provenance() throws(DrawingFault) {
    rule()
    try write("Where this came from", Self.heading)
    top += 12
    for part in program.provenance(report) { try row(part.name, part.value, Self.small, left: 320) }
    if !report.image.sha256.isEmpty { try row("picture, SHA-256", report.image.sha256, Self.small, left: 320) }
    let (width, height) = (report.image.width, report.image.height)
    if width > 0, height > 0 { try row("picture", "\(width) × \(height) pixels", Self.small, left: 320) }
    top += 24
  }
}
