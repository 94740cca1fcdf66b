import AtomicFiles
import DICOM
import Digests
import Faults
import Foundation

/// Fetches photographs from a hospital's archive into a folder, and brings reports back.
public struct DICOMwebTransfer: Sendable {
  /// What is fetched.
  public enum Choice: Sendable {
    /// Studies by their Study Instance UIDs.
    case studies([String])
    /// The studies that match keys with values.
    case query([(key: String, value: String)])
  }

  /// How a transfer ended.
  public struct Outcome: Sendable, Hashable {
    /// Photographs in the folder, or files sent.
    public var files = 0
    /// Of these, fetched now.
    public var fetched = 0
    /// Instances that are no photographs, such as structured reports.
    public var others = 0
  }

  /// Where files come from and go to.
  public var client: DICOMwebClient
  /// Called with the number of files handled and their total.
  public var progress: @Sendable (Int, Int) -> Void = { _, _ in }

  /// A transfer.
  public init(client: DICOMwebClient) { self.client = client }

  /// Fetches the photographs of studies. A file that is there already is not fetched again.
  ///
  /// - Parameters:
  ///   - choice: which studies.
  ///   - folder: where the files go; their names tell nothing of their UIDs.
  ///   - limit: files at most.
  /// - Throws: ``DICOMwebFault``, `UnwritableFile`, `CancellationError`.
  public func pull(_ choice: Choice, to folder: String, limit: Int) async throws -> Outcome {
    try Folder.make(folder)
    let studies: [String]
    switch choice {
    case .studies(let uids): studies = uids
    case .query(let keys): studies = try await client.studies(matching: keys, limit: limit)
    }
    var outcome = Outcome()
    var wanted: [DICOMwebClient.Instance] = []
    for study in studies where wanted.count < limit {
      let instances = try await client.instances(of: study, limit: limit * 4)
      let photographs = instances.filter { DICOMImage.reads(storageClass: $0.storageClass) }
      outcome.others += instances.count - photographs.count
      wanted += photographs.prefix(limit - wanted.count)
    }
    guard !wanted.isEmpty else { throw DICOMwebFault.nothingFound(client.endpoint) }
    var missing = 0
    for (index, instance) in wanted.enumerated() {
      let path = "\(folder)/\(instance.fileName)"
      if !FileManager.default.fileExists(atPath: path) {
        do {
          try AtomicFile.write(try await client.file(of: instance), to: path)
          outcome.fetched += 1
        } catch DICOMwebFault.unexpectedAnswer {
          missing += 1
          continue
        }
      }
      outcome.files += 1
      progress(index + 1, wanted.count)
    }
    guard missing == 0 else { throw DICOMwebFault.incomplete(client.endpoint, missing: missing, of: wanted.count) }
    return outcome
  }

  /// Stores a file, or a folder's DICOM files, in the archive. To store a file again changes nothing.
  ///
  /// - Parameter path: the file or folder.
  /// - Throws: ``DICOMwebFault``, `CancellationError`.
  public func push(_ path: String) async throws -> Outcome {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DICOMwebFault.badQuery(reason: "--push: no such file or folder")
    }
    let names = isFolder.boolValue ? (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] : []
    let paths = isFolder.boolValue ? names.sorted().map { "\(path)/\($0)" } : [path]
    var outcome = Outcome()
    for (index, file) in paths.enumerated() {
      guard let content = FileManager.default.contents(atPath: file), content.count <= DICOMwebClient.largestInstance,
        content.count >= 132, content[128..<132].elementsEqual("DICM".utf8)
      else {
        outcome.others += 1
        continue
      }
      try await client.store(Array(content))
      outcome.files += 1
      progress(index + 1, paths.count)
    }
    guard outcome.files > 0 else { throw DICOMwebFault.badQuery(reason: "--push: there is no DICOM file in it") }
    return outcome
  }
}
