import AuditStatistics
import Datasets
import Dermoscopy
import Foundation
import Imaging
import Synchronization
import Validation
import VisionLanguage

@testable import Auditing

/// A folder of pictures that a test can tell apart, and audits of them with models that are no weights.
struct AuditFixture {
  let folder: String
  let manifest: Manifest

  /// A lesion's colour for each code, and the colour of the patch in the corner that betrays it.
  static let colors: [(code: LesionCode, word: String, lesion: [UInt8], patch: [UInt8])] = [
    (.melanoma, "black", [45, 35, 40], [40, 60, 200]), (.nevus, "brown", [150, 95, 60], [40, 170, 60]),
    (.basalCellCarcinoma, "pink", [205, 90, 105], [220, 200, 40]),
    (.benignKeratosis, "yellow", [205, 165, 40], [150, 40, 170]),
  ]
  static let skin: [UInt8] = [225, 188, 168]

  /// Pictures of the four codes in turn.
  ///
  /// - Parameter count: how many.
  init(_ count: Int) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder + "/images", withIntermediateDirectories: true)
    var labels = "image,dx\n"
    for number in 0..<count {
      let name = "lesion-\(100 + number)"
      let (code, _, _, _) = Self.colors[number % 4]
      let bytes = try ImageEncoder.png(try Self.picture(number))
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/images/\(name).png"))
      labels += "\(name),\(code.rawValue.lowercased())\n"
    }
    try Data(labels.utf8).write(to: URL(fileURLWithPath: folder + "/labels.csv"))
    manifest = try Manifest.images(
      in: folder + "/images", labels: try Labels(path: folder + "/labels.csv"), metadata: nil)
  }

  /// Pictures that are there already, without labels.
  init(images: String) throws {
    folder = images
    manifest = try Manifest.images(in: images, labels: nil, metadata: nil)
  }

  static func request(images: String, labels: String?, into folder: String) throws -> AuditRequest {
    var request = AuditRequest(
      images: images, into: folder, arms: try ArmSelection("all"), readingProtocol: try .builtin(named: "seed"),
      version: "test")
    request.labels = labels
    return request
  }

  /// A disc on skin, of a code's colour, with a patch of the code's other colour in the upper left corner.
  private static func picture(_ number: Int) throws -> PixelImage {
    let (_, _, lesion, patch) = colors[number % 4]
    let (width, height, radius) = (300, 225, 52 + number % 3 * 4)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    for y in 0..<height {
      for x in 0..<width {
        let (dx, dy) = (x - 150 - number % 5, y - 112)
        let grain = UInt8((x * 7 + y * 13 + number) % 4)
        let color = dx * dx + dy * dy < radius * radius ? lesion : x < 26 && y < 26 ? patch : skin
        pixels += color.map { $0 + grain }
      }
    }
    return try PixelImage(width: width, height: height, pixels: pixels)
  }

  /// An audit's table, after all arms of a document were asked of a model.
  ///
  /// - Parameters:
  ///   - arms: the document.
  ///   - model: the model.
  ///   - parallel: images at once.
  ///   - journal: the journal's name in the folder.
  func table(_ arms: ArmsDocument, _ model: any VisionLanguageModel, parallel: Int = 2, journal: String = "j")
    async throws
    -> (rows: [String], work: AuditWork)
  {
    try await rows(arms, model, parallel: parallel, journal: try AuditJournal("\(folder)/\(journal).jsonl"))
  }

  func rows(
    _ arms: ArmsDocument, _ model: any VisionLanguageModel, parallel: Int, journal: AuditJournal,
    readingProtocol: ReadingProtocol? = nil, trueWords: TrueWords? = nil
  ) async throws -> (rows: [String], work: AuditWork) {
    let readingProtocol = try readingProtocol ?? .builtin(named: "seed")
    let suitability = ArmSuitability(
      readingProtocol, model: model, phantoms: manifest.entries.count { KnownPhantom.isNamed($0.name) },
      known: trueWords.map { words in manifest.entries.count { words.words(of: $0.name) != nil } })
    let plan = AuditPlan(
      arms.arms, extent: .full, suitability: suitability, images: manifest.entries.count,
      available: manifest.entries.count, timing: nil)
    let reader = AuditReader(
      model: model, readingProtocol: readingProtocol, arms: plan.arms, seed: 0, trueWords: trueWords)
    try await AuditRun(
      samples: manifest.entries, journal: journal, plan: plan, parallel: parallel, tell: { _ in }, reader: reader
    ).run()
    var rows: [String] = []
    var work = AuditWork()
    for position in manifest.entries.indices {
      let image = try journal.image(position)
      let pair = try journal.pair(position)
      rows += (image?.rows ?? []) + (pair?.rows ?? [])
      if let image { work += image.work }
      if let pair { work += pair.work }
    }
    return (rows, work)
  }

  /// The figures of rows.
  static func figures(_ rows: [String]) throws -> AuditFigures {
    let text = ([AnswerFile.header] + rows).joined(separator: "\n") + "\n"
    return AuditFigures(AuditTable(try AnswerFile(bytes: Array(text.utf8), name: "rows").answers), replicates: 50)
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
