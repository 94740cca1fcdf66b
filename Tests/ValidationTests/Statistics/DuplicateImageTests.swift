import Datasets
import Dermoscopy
import Foundation
import TestRecords
import Testing

@testable import Validation

/// One picture under several names.
@Suite struct DuplicateImageTests {
  private func folder(_ files: [String: String]) throws -> String {
    let folder = URL(fileURLWithPath: try RecordFixtures.path("images"))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
    return folder.path
  }

  @Test func `five names of three pictures are told, and contradictory truths are taken away`() throws {
    let folder = try folder(["a.jpg": "1", "b.jpg": "1", "c.jpg": "2", "d.jpg": "3", "e.jpg": "3"])
    let labels = try Labels(bytes: Array("Image,Dx\na,nv\nb,mel\nc,bkl\nd,bcc\ne,bcc\n".utf8), name: "l.csv")
    let manifest = try Manifest.images(in: folder, labels: labels, metadata: nil)
    #expect(manifest.entries.map { $0.truth?.code } == [nil, nil, "BKL", "BCC", "BCC"])
    let coverage = manifest.coverage
    #expect(coverage.duplicateImages == [["a.jpg", "b.jpg"], ["d.jpg", "e.jpg"]])
    #expect(coverage.contradictedPictures == ["a.jpg", "b.jpg"] && coverage.labelled == 3)
    #expect(coverage.unlabelled == ["a.jpg", "b.jpg"] && coverage.withoutImage.isEmpty)
    #expect(
      coverage.remarks.contains {
        $0.hasPrefix("2 pictures are there under 4 names, 5 images for 3 distinct ones;")
          && $0.hasSuffix(": a.jpg = b.jpg, d.jpg = e.jpg")
      })
    #expect(
      coverage.remarks.contains(
        "2 images that are one picture with another label, all taken as unlabelled: a.jpg, b.jpg")
    )
  }

  @Test func `each picture counts once in every figure and interval`() {
    func one(_ name: String, _ picture: String, _ lesion: String? = nil, right: Bool = true) -> Prediction {
      Prediction(
        image: name, truth: .code(.nevus), predicted: right ? .nevus : .melanoma, lesion: lesion, picture: picture)
    }
    let three = [one("a", "1", "L1"), one("c", "2", "L1"), one("d", "3", right: false)]
    // The same three pictures under five names; the second name of the first knows of another lesion.
    let five = three + [one("b", "1", "L2"), one("e", "3", right: false)]
    let (once, repeated) = (RunMetrics.compute(three, replicates: 50), RunMetrics.compute(five, replicates: 50))
    #expect(repeated.counts.images == 3 && repeated.counts.repeats == 2 && once.counts.repeats == 0)
    #expect(repeated.overall == once.overall && repeated.cleanRate == once.cleanRate)
    #expect(repeated.overall.lesions == 2)
    #expect(RunMetrics.distinct(five).map(\.image) == ["a", "c", "d"])
  }

  @Test func `they are drawn together, with the lesions of either name`() {
    func one(_ name: String, _ lesion: String?, _ picture: String?) -> Prediction {
      Prediction(
        image: name, truth: .code(.nevus), predicted: .nevus, lesion: lesion, picture: picture)
    }
    // a and b are one picture; b and c one lesion; d and e one picture of no known lesion; f stands alone.
    let cohort = Cohort([
      one("f", nil, "4"), one("e", nil, "3"), one("d", nil, "3"), one("c", "L2", "2"), one("b", "L2", "1"),
      one("a", "L1", "1"),
    ])
    #expect(cohort.examinations.map(\.image) == ["d", "e", "f", "a", "b", "c"])
    #expect(cohort.lesionCount == 3)
    cohort.resample(.init(replicates: 50, seed: 1)) { weights in
      #expect(weights[0] == weights[1] && weights[3] == weights[4] && weights[4] == weights[5])
    }
  }
}
