import Datasets
import Dermoscopy
import Foundation
import Testing

@testable import Validation

/// A sample of a manifest: whole lesions, the diagnoses in turn.
@Suite struct SamplingTests {
  private func manifest(_ count: Int) throws -> Manifest {
    let codes = ["MEL", "NV", "NV", "NV", "NV", "NV", "BCC", "BKL", "AKIEC", nil]
    let entries = (0..<count).map { number in
      Sample(
        position: number, name: "\(number).png", source: .file(path: "/\(number).png"), digest: "\(number)",
        truth: codes[number % 10].map { GroundTruth(code: $0) },
        metadata: ClinicalMetadata(lesion: number % 10 == 1 ? "lesion \(number / 20)" : nil))
    }
    return Manifest(
      entries, coverage: LabelCoverage(entries, labels: nil, metadata: nil, wasLimited: false))
  }

  @Test func `each diagnosis has its turn, and lesions stay whole`() throws {
    let manifest = try manifest(200)
    let sample = manifest.sampled(60)
    #expect(sample.entries.count == 60 && sample.entries.map(\.position) == Array(0..<60))
    let counts = Dictionary(grouping: sample.entries) { $0.truth?.code ?? "none" }.mapValues(\.count)
    #expect(["MEL", "BCC", "BKL", "AKIEC", "none"].allSatisfy { (9...10).contains(counts[$0] ?? 0) })
    #expect((counts["NV"] ?? 0) >= 10)
    let lesions = Dictionary(grouping: sample.entries.compactMap(\.metadata.lesion)) { $0 }.mapValues(\.count)
    #expect(lesions.values.filter { $0 == 2 }.count >= lesions.count - 1)
  }

  @Test func `a smaller sample is part of a larger one, and all is all`() throws {
    let manifest = try manifest(100)
    let (small, large) = (Set(manifest.sampled(12).entries.map(\.name)), Set(manifest.sampled(50).entries.map(\.name)))
    #expect(small.isSubset(of: large))
    #expect(manifest.sampled(100).entries == manifest.entries && manifest.sampled(7).entries.count == 7)
  }
}
