import Archive
import Datasets
import Foundation
import Hub
import Transfer

/// The options of `datasets`.
enum DatasetsOption {
  static let isicIDs = Option<String>(path: "--isic-ids", "FILE", help: "ISIC identifiers of the images, one per line.")
  static let collection = Option<Int>(
    "--collection", "N", in: 1...1_000_000_000, help: "The images of a collection, by its number.")
  static let limit = Option<Int>("--limit", "N", in: 1...1_000_000, help: "At most N images.")
  static let out = Option<String>(path: "--out", "DIR", help: "The folder to write to (default data).")
  static let labels = Option<String>(path: "--labels", "CSV", help: "Codes and attributes that override the archive's.")
  static let rate = Option<Int>("--rate", "N", in: 1...20, help: "Requests per second (1 to 20, default 5).")
}

let datasetsCommand = CommandSpecification(
  name: "datasets",
  summary: "Downloads images from the ISIC Archive, or from a hospital's.",
  usage: [
    "datasets pull seed99 [options]", "datasets pull --isic-ids FILE [options]",
    "datasets pull --collection N [options]", "datasets pull --dicomweb URL --study UID|--query KEY=VALUE",
    "datasets --dicomweb URL --push PATH", "datasets codes [DIAGNOSIS…]",
  ],
  discussion: [
    "Writes images/, labels.csv in the label format of 'analyze --labels', each image's author and licence "
      + "(ATTRIBUTION.csv, LICENSE.txt), and the archive's own records. Codes are those of HAM10000, mapped from the archive's "
      + "diagnoses by their place in its taxonomy. Any other diagnosis is 'other', with its own words as the attribute; an "
      + "image whose diagnosis leaves the code open gets no label. 'datasets codes' prints the whole mapping, or the codes of "
      + "the diagnoses that you give.",
    "seed99 is the seed's 99 images. The archive lacks their lesion attributes: --labels takes codes and attributes from your "
      + "file. Images that are already in the folder are not downloaded again.",
    "With --dicomweb, photographs of studies come from a hospital's archive into --out, as whole DICOM files with their "
      + "patient's data, at most --limit (default 1000); --push brings reports back. docs/DICOM.md has an example.",
  ],
  verbs: ["pull", "codes"],
  options: [
    DatasetsOption.isicIDs,
    DatasetsOption.collection,
    DatasetsOption.limit,
    DatasetsOption.out,
    DatasetsOption.labels,
    LabelOption.imageColumn, LabelOption.labelColumn,
    DatasetsOption.rate,
  ] + DICOMwebOption.all,
  examples: [("dermgemma datasets pull seed99 --out data", "The seed's images: 99, some 30 MB.")],
  takesArguments: true
) { arguments, terminal in
  if arguments.positional.first == "codes" {
    return try DiagnosisCodes(Array(arguments.positional.dropFirst())).print(terminal)
  }
  var http = HTTPClient()
  http.limits.userAgent = "dermgemma/\(Tool.version)"
  http.retries.notice = { fault, pause in
    terminal.printError("dermgemma: \(fault); trying again in \(Int(pause.rounded(.up))) s")
  }
  if let archive = try DICOMwebCommand(arguments, http.quiet) { return try await archive.run(terminal) }
  let limit = try arguments[DatasetsOption.limit]
  let rate = try arguments[DatasetsOption.rate] ?? 5
  let folder = try arguments[DatasetsOption.out] ?? "data"
  var choice = try chosenImages(arguments, limit: limit)
  if let limit, case .identifiers(let names) = choice { choice = .identifiers(Array(names.prefix(limit))) }
  let labels = try chosenLabels(arguments, of: "datasets", terminal)
  let configuration = try Configuration()
  var pull = DatasetPull(
    client: ArchiveClient(
      endpoint: configuration.values["archive"]?.text ?? ArchiveClient.publicEndpoint, http: http, rate: Double(rate)),
    folder: folder, labels: labels)
  pull.progress = { done, count, name in terminal.progress("[\(done)/\(count)] \(name)") }
  pull.warning = { terminal.printError("dermgemma: \($0)") }
  let outcome = try await pull.run(choice)
  try terminal.print(
    "\(folder): \(outcome.images) images, \(outcome.fetched) of them fetched now; licences in \(folder)/LICENSE.txt")
  if !outcome.unlabelled.isEmpty {
    terminal.printError(
      "dermgemma: \(outcome.unlabelled.count) without a label: "
        + "\(outcome.unlabelled.prefix(5).joined(separator: ", "))\(outcome.unlabelled.count > 5 ? ", …" : "")")
  }
  if !outcome.unmapped.isEmpty {
    terminal.printError("dermgemma: diagnoses that map to no code: \(WordCounts.listed(outcome.unmapped))")
  }
  if !outcome.missing.isEmpty {
    throw ArchiveFault.incomplete(missing: outcome.missing.count, of: outcome.images + outcome.missing.count)
  }
  return 0
}

extension HTTPClient {
  /// The same without remarks, which name the address that was asked.
  fileprivate var quiet: HTTPClient {
    var client = self
    client.retries.notice = { _, _ in }
    return client
  }
}

private func chosenImages(_ arguments: ParsedArguments, limit: Int?) throws -> ImageChoice {
  func wrong(_ message: String) -> UsageFault { UsageFault(message: message, command: "datasets") }
  let words = arguments.positional
  guard words.first == "pull" else { throw wrong("Say pull, and what; or codes") }
  let list = try arguments[DatasetsOption.isicIDs]
  let collection = try arguments[DatasetsOption.collection]
  switch (words.dropFirst().first, list, collection) {
  case ("seed99"?, nil, nil) where words.count == 2: return .seed99
  case (nil, let list?, nil):
    guard let data = FileManager.default.contents(atPath: list) else {
      throw ImageFiles.Missing(path: list, reason: "the list of identifiers cannot be read")
    }
    return try .listed(in: String(decoding: data, as: UTF8.self), name: list)
  case (nil, nil, let number?): return .collection(number, limit: limit)
  case (let name?, nil, nil): throw wrong("'\(name)' is not a data set; the only one is seed99")
  default: throw wrong("Say one of seed99, --isic-ids FILE and --collection N")
  }
}
