import AtomicFiles
import Datasets
import Digests
import Faults
import Foundation
import Tables
import Transfer

/// Downloads images into a folder, with their records, labels and licences:
///
///     images/ISIC_….jpg      the pictures
///     records/ISIC_….json    what the archive knows of each, as it was answered
///     labels.csv             Image,Dx, Lesion attributes
///     ATTRIBUTION.csv        licence and whom to name, for each image
///     LICENSE.txt            the same in short
///
/// Files that are already there are not downloaded again.
public struct DatasetPull: Sendable {
  /// Where images come from.
  public var client: ArchiveClient
  /// Where they go.
  public var folder: String
  /// Codes and attributes that take precedence over the archive's.
  public var labels: Labels?
  /// Called with the number of images handled, their total, and the last one's name.
  public var progress: @Sendable (Int, Int, String) -> Void = { _, _, _ in }
  /// Called for each image that failed.
  public var warning: @Sendable (String) -> Void = { _ in }

  /// A pull.
  public init(client: ArchiveClient, folder: String, labels: Labels? = nil) {
    self.client = client
    self.folder = folder
    self.labels = labels
  }

  /// The outcome.
  public struct Outcome: Sendable, Hashable {
    /// Images in the folder.
    public var images = 0
    /// Of these, fetched now.
    public var fetched = 0
    /// Images whose diagnosis is missing, leaves the code open, or is not in the tables.
    public var unlabelled: [String] = []
    /// Diagnoses that are in no table, with the number of images.
    public var unmapped: [String: Int] = [:]
    /// Images that could not be downloaded.
    public var missing: [String] = []
  }

  /// Images fetched at once; the rate is bounded besides.
  private static let together = 3

  /// Downloads the chosen images with their records, labels and licences.
  ///
  /// - Throws: `TransferFault` when the archive fails for good, `UnwritableFile`, `ArchiveFault`, `CancellationError`. An image
  /// that the archive does not have, or has broken, fails alone and is in the outcome.
  public func run(_ choice: ImageChoice) async throws -> Outcome {
    for name in ["images", "records"] { try Folder.make("\(folder)/\(name)") }
    let identifiers: [String]
    switch choice {
    case .identifiers(let named): identifiers = named
    case .collection(let number, let limit):
      identifiers = try await client.identifiers(ofCollection: number, limit: limit) { progress(0, $0, "the list") }
    }
    var outcome = Outcome()
    var records: [String: ArchiveRecord] = [:]
    try await withThrowingTaskGroup(of: (String, ArchiveRecord?, Bool).self) { group in
      var waiting = identifiers.makeIterator()
      func startNext() {
        guard let identifier = waiting.next() else { return }
        group.addTask { try await fetch(identifier) }
      }
      for _ in 0..<Self.together { startNext() }
      var done = 0
      while let (identifier, record, isNew) = try await group.next() {
        startNext()
        done += 1
        progress(done, identifiers.count, identifier)
        records[identifier] = record
        if isNew { outcome.fetched += 1 }
      }
    }
    let present = identifiers.compactMap { records[$0] }
    outcome.images = present.count
    outcome.missing = identifiers.filter { records[$0] == nil }
    outcome.unlabelled = present.filter { label(of: $0) == nil }.map(\.identifier)
    for record in present where record.meaning == nil && label(of: record) == nil {
      if let words = record.words { outcome.unmapped[words, default: 0] += 1 }
    }
    try writeTables(present)
    return outcome
  }

  /// One image; `nil` when it cannot be downloaded.
  private func fetch(_ identifier: String) async throws -> (String, ArchiveRecord?, Bool) {
    let (recordPath, picturePath) = ("\(folder)/records/\(identifier).json", "\(folder)/images/\(identifier).jpg")
    do {
      var isNew = false
      let kept = FileManager.default.contents(atPath: recordPath)
      let record: ArchiveRecord
      if let kept, let known = try? JSONDecoder().decode(ArchiveRecord.self, from: kept) {
        record = known
      } else {
        let answer = try await client.record(of: identifier)
        try AtomicFile.write(answer.json, to: recordPath)
        record = answer.record
      }
      if !FileManager.default.fileExists(atPath: picturePath) {
        try AtomicFile.write(try await client.picture(of: record), to: picturePath)
        isNew = true
      }
      return (identifier, record, isNew)
    } catch let fault as ArchiveFault {
      warning("\(identifier): \(fault)")
      return (identifier, nil, false)
    } catch let fault as TransferFault {
      switch fault {
      case .refused, .wrongSize, .tooLarge, .badAddress, .badRedirect, .untrusted:
        warning("\(identifier): \(fault)")
        return (identifier, nil, false)
      default: throw fault
      }
    }
  }

  private func label(of record: ArchiveRecord) -> (code: String, attribute: String)? {
    if let known = labels?.label(ofImageNamed: record.identifier) { return (known.code.lowercased(), known.attribute) }
    return switch record.meaning {
    case .code(let code): (code.lowercased(), "")
    case .other: (DiagnosisMapping.otherCode.lowercased(), record.words ?? "")
    case .open, nil: nil
    }
  }

  private func writeTables(_ records: [ArchiveRecord]) throws {
    var labels = "Image,Dx, Lesion attributes\n"
    var credits = "image,license,attribution,source\n"
    for record in records {
      if let label = label(of: record) {
        labels += CSVRow.text([record.identifier, label.code, label.attribute]) + "\n"
      }
      credits += CSVRow.text([record.identifier, record.license, record.attribution, record.url]) + "\n"
    }
    try AtomicFile.write(labels.utf8, to: folder + "/labels.csv")
    try AtomicFile.write(credits.utf8, to: folder + "/ATTRIBUTION.csv")
    let byLicense = Dictionary(grouping: records, by: \.license).sorted { $0.key < $1.key }
    var text = "These images come from the ISIC Archive (https://www.isic-archive.com).\n"
    text += "If you use one, credit its source and follow its licence; ATTRIBUTION.csv has both for each.\n"
    for (license, images) in byLicense {
      text += "\n\(license): \(images.count) \(images.count == 1 ? "image" : "images"), by\n"
      text += Set(images.map(\.attribution)).sorted().map {
        "  \($0.split(whereSeparator: \.isNewline).joined(separator: " "))\n"
      }.joined()
    }
    try AtomicFile.write(text.utf8, to: folder + "/LICENSE.txt")
  }
}
