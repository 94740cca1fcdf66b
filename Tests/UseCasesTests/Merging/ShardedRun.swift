import Datasets
import Dermoscopy
import Faults
import Foundation
import Records
import TestModels
import TestRecords
import VisionLanguage

@testable import UseCases
@testable import Validation

/// Files that a scripted model reads, in one run or in shards.
struct ShardedRun {
  /// The folder that everything is in.
  let folder: URL
  var seed: UInt64 = 0
  /// How images are grouped by lesion.
  var grouping: LesionGrouping?

  private struct Unreadable: Fault {
    var kind: FaultKind { .unusableInput }
    var description: String { "broken.png: no picture" }
  }

  /// Twenty images: one always fails, one has no label, two are the same bytes, and neighbours show one lesion.
  init() throws {
    folder = URL(fileURLWithPath: try RecordFixtures.path("run"))
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("images"), withIntermediateDirectories: true)
    var labels = "Image,Dx,Lesion attributes\n"
    var metadata = "image_id,lesion_id,site,age,nest\n"
    for number in 0..<20 {
      let name = number == 7 ? "broken" : "image-\(number)"
      let content = number == 13 ? "picture 4" : "picture \(number)"
      try Data(content.utf8).write(to: folder.appendingPathComponent("images/\(name).png"))
      if number != 9 { labels += "\(name),\(["nv", "mel", "bcc", "bkl"][number % 4]),attribute \(number)\n" }
      // Nests of three; two images have none.
      metadata += "\(name),L\(number / 2),trunk,\(30 + number),\(number < 18 ? "N\(number / 3)" : "")\n"
    }
    try Data(labels.replacing("image-13,mel", with: "image-13,nv").utf8).write(to: URL(fileURLWithPath: labelsPath))
    try Data(metadata.utf8).write(to: URL(fileURLWithPath: metadataPath))
  }

  private var labelsPath: String { folder.path + "/labels.csv" }
  private var metadataPath: String { folder.path + "/metadata.csv" }

  func manifest() throws -> Manifest {
    try Manifest.images(
      in: folder.path + "/images", labels: try Labels(path: labelsPath), metadata: try MetadataTable(path: metadataPath)
    )
  }

  /// Runs the whole or a shard, as the use case does.
  ///
  /// - Parameter most: how many images are read before the process is gone; `nil` for all.
  func run(_ name: String, shard: Shard? = nil, resuming: Bool = false, most: Int? = nil) async throws {
    let whole = try manifest()
    let manifest = shard.map(whole.part) ?? whole
    let output = try RunFolder(folder.path + "/" + name)
    let records = try await RunRecords(folder: output, scope: .all, mode: resuming ? .resuming : .fresh)
    let settings = RunSettings(
      scope: .all, images: "images", notes: nil, labels: "labels.csv", metadata: "metadata.csv", limit: nil,
      manifest: manifest, parallel: 2, threads: 1, version: "1")
    let lesions = try lesions(of: whole)
    let recorder = try await records.begin(
      settings, provenance: try provenance(), manifest: manifest, command: ["validate", "all", "--out", output.path],
      wholeCommand: ["validate", "all"], lesions: lesions)
    let validation = ValidationRun(recorder: recorder, manifest: manifest, parallel: 2) { try await report(on: $0) }
    let rest = try await validation.remaining()
    try await validation.examine(Array(rest.prefix(most ?? rest.count))) { _, _ in }
    if most == nil { try await conclude(records, recorder, manifest, settings, lesions) }
    await records.store.close()
  }

  private func lesions(of whole: Manifest) throws -> LesionNames? {
    var request = ValidationRequest(
      .all, into: "", readingProtocol: try .builtin(named: "seed"), document: "",
      model: .wordsOnly(weights: "", adapters: []), version: "1")
    (request.grouping, request.metadata) = (grouping, metadataPath)
    return try request.lesions(of: whole)
  }

  private func conclude(
    _ records: RunRecords, _ recorder: RunRecorder, _ manifest: Manifest, _ settings: RunSettings,
    _ lesions: LesionNames?
  ) async throws {
    let store = records.store
    guard manifest.shard == nil else {
      try manifest.concludeShard(
        read: try await store.keptPositions(ofRun: recorder.run.id, failures: false),
        kept: try await store.keptPositions(ofRun: recorder.run.id, failures: true), into: records.folder)
      return try await recorder.end(.finished)
    }
    let results = try await RunResults(
      folder: records.folder, store: store, run: recorder.run, manifest: manifest, scope: .all,
      readingProtocol: .builtin(named: "seed"), scores: records.folder.path + "/isic.csv")
    try await LesionResults.write(lesions, of: recorder.run, in: store, manifest, into: records.folder)
    try results.writeSummary(ended: Date())
    let document = recorder.run.provenance.protocolText ?? ""
    try await results.writeReport(
      RunDescription(of: recorder.run, settings, document: document, manifest: manifest, counts: results.counts))
    try await recorder.end(.finished)
  }

  private func provenance() throws -> Run.Provenance {
    let document = ReadingProtocol.builtinDocument(named: "seed") ?? []
    return Run.Provenance(
      try ReadingProtocol(json: document, name: "seed"), document: String(decoding: document, as: UTF8.self),
      model: ScriptedModel().identity, seed: seed)
  }

  /// What a scripted model says of an image; which code, its bytes decide.
  private func report(on sample: Sample) async throws -> ExaminationReport {
    guard sample.name != "broken.png" else { throw Unreadable() }
    let number = Int(sample.digest.prefix(4), radix: 16) ?? 0
    let code = LesionCode.allCases[number % 4].rawValue
    let model = ScriptedModel(
      logProbabilities: (0..<4).map { -1 - Double((number >> $0) % 7) / 3 },
      answer: ScriptedModel.answers(["code that": number % 5 == 0 ? " \(code), or is it NV or MEL?" : " \(code)"]))
    let image = try PixelImage(width: 2, height: 2, pixels: [UInt8](repeating: 9, count: 12))
    var report = try await Examiner(model: model, readingProtocol: .builtin(named: "seed")).examine(
      image,
      subject: ExaminationSubject(name: sample.name, digest: nil, width: 2, height: 2, groundTruth: sample.truth),
      seed: seed, through: .classification, log: ExaminationLog())
    report.image.sha256 = sample.digest
    return report
  }

  /// What a run wrote by file, without times and ids.
  func written(in name: String) throws -> [String: String] {
    var files: [String: String] = [:]
    let path = folder.path + "/" + name
    for file in try FileManager.default.contentsOfDirectory(atPath: path) where !file.hasPrefix(".") {
      guard !file.hasPrefix("records.sqlite"), let data = FileManager.default.contents(atPath: path + "/" + file) else {
        continue
      }
      var text = String(decoding: data, as: UTF8.self).replacing(path, with: "OUT")
      if file == "phase3_results.csv" { text.replace(#/,[0-9.]+\r\n/#, with: "\r\n") }
      text.replace(#/"(id|started|ended|mean_seconds)" : .*/#) { "\($0.1)" }
      text.replace(#/<dt>(Started|Took)<\/dt><dd>(?:<bdi>)?[^<]*/#) { "\($0.1)" }
      files[file] = text
    }
    return files
  }
}
