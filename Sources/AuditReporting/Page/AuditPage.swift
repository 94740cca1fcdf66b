import AuditStatistics
import Documents
import Foundation
import Validation

/// `audit.html`, section by section.
struct AuditPage {
  private static let style = Markup(resource: EmbeddedDocument.auditStyle.bytes)

  let report: AuditReport

  init(_ report: AuditReport) { self.report = report }

  /// Writes the page.
  ///
  /// - Throws: `CancellationError`, and what the closures throw.
  func write(_ pictures: AuditReport.Pictures, to add: (Markup) throws -> Void) async throws {
    let gallery = try await PictureGallery(of: report.illustrations, pictures)
    try add(PageFrame.opening(title: "Audit of \(report.provenance.model ?? "a model")", styles: Self.style))
    try add(AuditMasthead(report: report).markup)
    try add(ScorecardSection(report: report).markup)
    for family in AuditFamily.allCases {
      try add(FamilySection(report: report, family: family, gallery: gallery).markup)
    }
    try add(ArmsSection(report: report).markup)
    try add(AllFiguresSection(report: report).markup)
    try add(AuditRepeatSection(report: report).markup)
    try add(PageFrame.closing)
  }
}

/// The few pictures of the page, as `data:` addresses.
struct PictureGallery {
  /// The most bytes of one picture, and of all together.
  static let largest = 96 << 10
  static let all = 4 << 20

  private var sources: [AuditPicture: String] = [:]

  /// Whether there is no picture at all.
  var isEmpty: Bool { sources.isEmpty }

  /// Asks for every picture that the page shows, each once; those that are too large are left out.
  init(of illustrations: AuditIllustrations, _ pictures: AuditReport.Pictures) async throws {
    let wanted =
      illustrations.examples.flatMap { example in
        example.views.map { AuditPicture(image: example.image, role: $0.role, arm: $0.arm, dose: $0.dose) }
      }
      + illustrations.changes.flatMap { change in
        [.original(change.image)]
          + (change.role.changesPicture
            ? [AuditPicture(image: change.image, role: change.role, arm: change.arm, dose: change.dose)] : [])
      }
    var left = Self.all
    var asked: Set<AuditPicture> = []
    for picture in wanted where asked.insert(picture).inserted {
      try Task.checkCancellation()
      guard let bytes = try await pictures(picture), !bytes.isEmpty, bytes.count <= min(Self.largest, left) else {
        continue
      }
      left -= bytes.count
      let kind = bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) ? "png" : "jpeg"
      sources[picture] = "data:image/\(kind);base64," + Data(bytes).base64EncodedString()
    }
  }

  /// A picture, or a field that says that there is none; nothing if the page has no picture at all.
  ///
  /// - Parameter words: the text alternative.
  func markup(_ picture: AuditPicture, _ words: String) -> Markup {
    guard !isEmpty else { return .none }
    guard let source = sources[picture] else { return "<span class=\"blank\">no picture</span>" }
    return "<img src=\"\(Markup(stringLiteral: source))\" alt=\"\(words)\" loading=\"lazy\" decoding=\"async\">"
  }
}
