import Dermoscopy
import Testing

@testable import Validation

@Suite struct ReportSampleTests {
  private func samples(_ count: Int) -> [Sample] {
    (0..<count).map { position in
      let digest = String(UInt64(position) &* 0x9E37_79B9_7F4A_7C15 | 1, radix: 16)
      return Sample(
        position: position, name: "image-\(position)", source: .file(path: "none"),
        digest: position == 5 ? "" : digest, truth: nil, metadata: ClinicalMetadata())
    }
  }

  @Test func `a report shows all images of a run that a browser can open`() {
    let sample = ReportSample(of: samples(ReportSample.most))
    #expect(sample.positions == nil && sample.holds(7) && sample.holds(1_999))
  }

  @Test func `of a large run it shows those with the smallest digests, whatever their order`() throws {
    let images = samples(10_000)
    let positions = try #require(ReportSample(of: images).positions)
    #expect(positions.count == ReportSample.most && positions == positions.sorted())
    let shown = Set(positions)
    let digests = images.map { ($0.digest, shown.contains($0.position)) }.filter { !$0.0.isEmpty }
    let last = try #require(digests.filter(\.1).map(\.0).max())
    #expect(digests.allSatisfy { $0.1 || $0.0 > last })
    // Another order of the files, and so other positions: the same images.
    let turned = images.reversed().enumerated().map { place, image in
      var image = image
      image.position = place
      return image
    }
    let others = try #require(ReportSample(of: turned).positions)
    #expect(Set(others.map { turned[$0].name }) == Set(positions.map { images[$0].name }))
    // Each quarter of the run is there.
    for quarter in 0..<4 {
      let count = positions.count { $0 / 2_500 == quarter }
      #expect((300...700).contains(count), "\(count)")
    }
    let sample = ReportSample(of: images)
    #expect(images.allSatisfy { sample.holds($0.position) == shown.contains($0.position) })
  }

  @Test func `a shard's sample is the run's`() {
    let whole = Manifest(samples(3_000), coverage: LabelCoverage([], labels: nil, wasLimited: false))
    let part = Shard(1, of: 7).map(whole.part)
    #expect(part?.reportSample == whole.reportSample)
  }
}
