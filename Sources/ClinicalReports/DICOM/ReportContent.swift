import DICOM
import Dermoscopy

/// The content of a structured report, by TID 1500 and TID 1501 (PS3.16, annex A).
struct ReportContent {
  let report: ExaminationReport
  let program: ReportingProgram
  let identity: ReportIdentity
  let source: DICOMIdentity?
  let frame: Int?

  init(
    _ report: ExaminationReport, program: ReportingProgram, identity: ReportIdentity, source: DICOMIdentity?,
    frame: Int?
  ) {
    self.report = report
    self.program = program
    self.identity = identity
    self.source = source
    self.frame = frame
  }

  private static func dicom(_ code: String, _ meaning: String) -> ClinicalCode { ClinicalCode(.dicom, code, meaning) }

  /// The root of the tree.
  var root: ContentItem {
    ContentItem(
      nil, Self.dicom("126000", "Imaging Measurement Report"), .container(template: "1500"),
      [
        ContentItem(
          .modifies, Self.dicom("121049", "Language of Content Item and Descendants"),
          .code(ClinicalCode(.languages, "en", "English")))
      ] + observer + [
        ContentItem(.modifies, Self.dicom("121058", "Procedure reported"), .code(CommonCode.procedure)),
        ContentItem(
          .contains, Self.dicom("126010", "Imaging Measurements"), .container(template: nil),
          report.diagnosis == nil ? [] : [measurements]),
        ContentItem(
          .contains, ClinicalCode(.umls, "C0034375", "Qualitative Evaluations"), .container(template: nil), evaluations),
      ])
  }

  private var observer: [ContentItem] {
    let model = [program.version, report.model.name, report.model.weights ?? ""].joined(separator: " ")
    return [
      ContentItem(.observes, Self.dicom("121005", "Observer Type"), .code(Self.dicom("121007", "Device"))),
      ContentItem(.observes, Self.dicom("121012", "Device Observer UID"), .uid(ReportIdentity.uid(of: model))),
      ContentItem(.observes, Self.dicom("121013", "Device Observer Name"), .text(ReportingProgram.name)),
      ContentItem(.observes, Self.dicom("121015", "Device Observer Model Name"), .text(report.model.name)),
    ]
  }

  /// The picture's group: what was found, where, by what, how probably.
  private var measurements: ContentItem {
    let tracked = report.image.lesion?.pseudonyms?["lesion"] ?? report.image.sha256
    var items = [
      ContentItem(.observes, Self.dicom("112039", "Tracking Identifier"), .text(tracked.isEmpty ? "lesion" : tracked)),
      ContentItem(
        .observes, Self.dicom("112040", "Tracking Unique Identifier"),
        .uid(ReportIdentity.uid(of: "lesion " + tracked))),
    ]
    if let code = report.diagnosis?.code {
      items.append(ContentItem(.contains, Self.dicom("121071", "Finding"), .code(Self.code(of: code))))
    }
    items += site + algorithm
    if let source {
      items.append(
        ContentItem(
          .contains, Self.dicom("121112", "Source of Measurement"),
          .image(class: source.storageClass, instance: source.instance, frame: frame)))
    }
    for code in LesionCode.allCases {
      guard let probability = report.diagnosis?.probabilities?[code] else { continue }
      items.append(
        ContentItem(
          .contains, ClinicalCode(.own, "P-\(code.rawValue)", "Probability of \(code.diagnosis)"),
          .number(Self.decimal(probability), unit: ClinicalCode(.units, "1", "no units"))))
    }
    return ContentItem(.contains, Self.dicom("125007", "Measurement Group"), .container(template: "1501"), items)
  }

  private var site: [ContentItem] {
    guard let lesion = report.image.lesion, let region = lesion.region,
      let code = ClinicalCode(region, meaning: "Anatomic region \(region.code)")
    else { return [] }
    let side = CommonCode.side(lesion.laterality).map {
      [ContentItem(.modifies, ClinicalCode(.snomed, "272741003", "Laterality"), .code($0))]
    }
    return [ContentItem(.modifies, ClinicalCode(.snomed, "363698007", "Finding Site"), .code(code), side ?? [])]
  }

  private var algorithm: [ContentItem] {
    [
      ContentItem(.modifies, Self.dicom("111001", "Algorithm Name"), .text(ReportingProgram.name)),
      ContentItem(.modifies, Self.dicom("111003", "Algorithm Version"), .text(program.version)),
    ]
      + program.provenance(report).map { part in
        ContentItem(.modifies, Self.dicom("111002", "Algorithm Parameters"), .text("\(part.name): \(part.value)"))
      }
  }

  private var evaluations: [ContentItem] {
    var items = [ContentItem(.contains, Self.dicom("121106", "Comment"), .text(ReportingProgram.notice))]
    for entry in report.observations.entries where !entry.observation.value.isEmpty {
      // A code has at most 16 characters.
      items.append(
        ContentItem(
          .contains, ClinicalCode(.own, String(entry.question.prefix(16)), entry.question),
          .text(entry.observation.value)))
    }
    if let cleaned = report.description?.cleaned, !cleaned.isEmpty {
      items.append(ContentItem(.contains, ClinicalCode(.own, "Description", "Description"), .text(cleaned)))
    }
    let flags = report.flags.map(\.rawValue).joined(separator: ", ")
    items.append(
      ContentItem(.contains, ClinicalCode(.own, "Flags", "Quality flags"), .text(flags.isEmpty ? "none" : flags)))
    return items
  }

  private static func code(of code: LesionCode) -> ClinicalCode {
    code.snomed ?? ClinicalCode(.own, code.rawValue, code.diagnosis)
  }

  /// A decimal string has at most 16 characters (PS3.5, 6.2).
  private static func decimal(_ number: Double) -> String { String(number.description.prefix(16)) }
}
