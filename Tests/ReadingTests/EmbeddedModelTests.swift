import Dermoscopy
import Digests
import Foundation
import Imaging
import Phantoms
import Testing

@testable import Reading

/// What the committed model must do for the first minute with the program to make sense. How well it reads is told by its
/// card; here it has to speak in the words of its questions.
@Suite(.serialized) struct EmbeddedModelTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Models/\(ModelLocation.embeddedName)").path
  private static let location = ModelLocation(
    weights: "\(folder)/\(ModelLocation.embeddedName).gguf",
    projector: "\(folder)/\(ModelLocation.embeddedName)-mmproj.gguf", isEmbedded: true)

  /// Reports of the first phantoms of a series that training never sees (it draws on other seeds).
  private static func reports(of name: String, count: Int) async throws -> [ExaminationReport] {
    let reader = try Reader(location, readingProtocol: .builtin(named: name), threads: 1)
    let generator = PhantomGenerator(seed: 650_065)
    var reports: [ExaminationReport] = []
    for index in 0..<count {
      let image = try ImageEncoder.png(generator.phantom(index, width: 300, height: 225).image)
      reports.append(try await reader.read(image, name: "phantom \(index)", seed: 1))
    }
    await reader.close()
    return reports
  }

  @Test func `its files are those that the recipe made`() throws {
    let sums = try String(contentsOfFile: "\(Self.folder)/SHA256SUMS", encoding: .utf8)
    var checked = 0
    for line in sums.split(separator: "\n") {
      let parts = line.split(separator: " ", omittingEmptySubsequences: true)
      let (sum, file) = try (#require(parts.first), #require(parts.last))
      #expect(try SHA256Digest(ofFileAt: "\(Self.folder)/\(file)").hexadecimal == String(sum), "\(file)")
      checked += 1
    }
    #expect(checked >= 2)
  }

  @Test func `both files together are no larger than 32 MB`() throws {
    let sizes = try [Self.location.weights, Self.location.projector].map {
      try #require(try FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int)
    }
    #expect(sizes.reduce(0, +) <= 32_000_000)
  }

  @Test(arguments: ["seed", "extended"])
  func `nine in ten of its answers are words of their question`(name: String) async throws {
    let reports = try await Self.reports(of: name, count: 24)
    let answers = reports.flatMap(\.observations.entries)
    let understood = answers.filter { $0.observation.value != Observation.unclear }
    #expect(Double(understood.count) >= 0.9 * Double(answers.count))
    #expect(reports.allSatisfy { $0.counts.imageEncodes == 1 })
  }

  @Test func `it describes in sentences that survive cleaning, and names a code`() async throws {
    let reports = try await Self.reports(of: "seed", count: 24)
    let described = reports.filter { ($0.description?.cleaned.count ?? 0) >= 30 }
    #expect(Double(described.count) >= 0.9 * Double(reports.count))
    let decided = reports.filter { $0.diagnosis?.method == .model }
    #expect(Double(decided.count) >= 0.9 * Double(reports.count))
  }

  @Test func `it scores the four codes while it looks`() async throws {
    let reports = try await Self.reports(of: "direct", count: 8)
    for report in reports { #expect(report.diagnosis?.method == .scored) }
    #expect(Set(reports.map { $0.diagnosis?.probabilities }).count > 1, "it says the same of every image")
  }
}
