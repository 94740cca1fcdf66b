import AtomicFiles
import Foundation
import JSON

/// The folders of runs in the data folder, each with its `run.json`.
struct RunStore: Sendable {
  let data: String

  func folder(_ name: String) -> String { data + "/" + name }

  /// A new run's name: its kind, the time, and what tells it from others of the same second.
  static func name(of kind: RunOrder.Kind) -> String {
    let time = Date().formatted(
      .verbatim(
        "\(year: .defaultDigits)\(month: .twoDigits)\(day: .twoDigits)-\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)",
        locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian)))
    return "\(kind.rawValue)-\(time)-\(RandomName.make(bytes: 4))"
  }

  /// What is there, the oldest first. What was under way when a server ended was interrupted.
  func documents() -> [RunDocument] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: data)) ?? []
    let found = names.compactMap { name -> RunDocument? in
      guard let bytes = files.contents(atPath: folder(name) + "/" + RunDocument.fileName),
        var document = try? JSONDecoder().decode(RunDocument.self, from: bytes), document.id == name
      else { return nil }
      if document.status == .running { document.status = .interrupted }
      return document
    }
    return found.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
  }

  /// Writes a run's document, into its folder, which is made unless it is there.
  ///
  /// - Throws: `UnwritableFile`.
  func write(_ document: RunDocument) throws(UnwritableFile) {
    let path = folder(document.id)
    do {
      let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: owner)
    } catch {
      throw UnwritableFile(path: path, reason: "the folder cannot be made")
    }
    let text = (try? OrderedJSON.line(document)) ?? "{}"
    try AtomicFile.write((text + "\n").utf8, to: path + "/" + RunDocument.fileName)
  }

  /// Deletes a run with its results.
  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: folder(name)) }

  /// Refuses to write more where little room is left.
  ///
  /// - Throws: `Problem` 507.
  func checkRoom(_ limits: ServerLimits) throws(Problem) {
    var status = statvfs()
    // The folder itself appears with the first file.
    let place = FileManager.default.fileExists(atPath: data) ? data : "."
    guard statvfs(place, &status) == 0 else { return }
    let free = Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    guard free < limits.roomBytes else { return }
    throw Problem(
      507, "no_room", "Insufficient storage",
      "The server's disk has \(free >> 20) MiB left, and \(limits.roomBytes >> 20) MiB are kept free. Delete runs or uploads."
    )
  }
}
