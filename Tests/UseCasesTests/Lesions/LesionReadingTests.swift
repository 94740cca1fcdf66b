import Dermoscopy
import Foundation
import JSON
import Records
import TestRecords
import Testing

@testable import UseCases

/// Several views of one lesion, put together.
@Suite struct LesionReadingTests {
  private func view(
    _ name: String, _ code: LesionCode, _ probabilities: [Double]?, picture: Int = 0
  ) throws -> LesionReading.View {
    let text = try RecordFixtures.report(
      name: name, image: picture == 0 ? name.hashValue & 0xFFFF : picture, code: code
    ).json()
    let known = #""probabilities":{"MEL":0.1,"NV":0.7,"BCC":0.1,"BKL":0.1}"#
    #expect(text.contains(known))
    let own = probabilities.map { p in #"{"MEL":\#(p[0]),"NV":\#(p[1]),"BCC":\#(p[2]),"BKL":\#(p[3])}"# } ?? "null"
    return .init(
      name: name, report: try ExaminationReport(json: text.replacing(known, with: #""probabilities":\#(own)"#)))
  }

  private func lesion(_ views: LesionReading.View...) -> LesionReading {
    LesionReading(id: "L1", grouping: "lesion_id", views: views)
  }

  @Test func `probabilities are the normalised mean of the logarithms, whatever the order`() throws {
    let (first, second) = (
      try view("a", .melanoma, [0.6, 0.2, 0.1, 0.1]), try view("b", .nevus, [0.1, 0.8, 0.05, 0.05])
    )
    for both in [lesion(first, second), lesion(second, first)] {
      let probabilities = try #require(both.probabilities)
      // √0.06, √0.16, √0.005 and √0.005, divided by their sum.
      #expect(LesionCode.allCases.map { probabilities[$0] } == [0.311493, 0.508666, 0.08992, 0.08992])
      // Each code has a view: the likelier one wins.
      #expect(both.code == .nevus && both.dissent == 0.5 && both.spread == 0.6)
    }
  }

  @Test func `most views decide the code, though the probabilities say another`() throws {
    let sure = try view("c", .basalCellCarcinoma, [0, 0, 1, 0])
    let three = lesion(
      try view("a", .nevus, [0.3, 0.4, 0.2, 0.1]), try view("b", .nevus, [0.3, 0.4, 0.2, 0.1]), sure)
    #expect(three.code == .nevus && three.probabilities?.likeliest() == .basalCellCarcinoma)
    #expect(three.votes == [.nevus: 2, .basalCellCarcinoma: 1])
    #expect(abs((three.dissent ?? 0) - 1.0 / 3) < 1e-12)
  }

  @Test func `a lesion with one view has that view's answer`() throws {
    let one = lesion(try view("a", .melanoma, [0.2, 0.7, 0.05, 0.05]))
    #expect(one.code == .melanoma && one.dissent == 0 && one.spread == nil)
    #expect(one.probabilities?[.nevus] == 0.7)
  }

  @Test func `the same picture under two names is one view, and one that could not be read is none`() throws {
    let lesion = lesion(
      try view("a", .nevus, [0.1, 0.7, 0.1, 0.1], picture: 5),
      try view("copy", .nevus, [0.1, 0.7, 0.1, 0.1], picture: 5),
      .init(name: "broken", failure: ExaminationFailure(RecordFault.missing(store: "x"))),
      try view("b", .melanoma, [0.9, 0.05, 0.03, 0.02], picture: 6))
    #expect(lesion.votes == [.nevus: 1, .melanoma: 1] && lesion.code == .melanoma)
    let json = try OrderedJSON.line(lesion)
    #expect(
      json.hasPrefix(
        #"{"lesion":{"id":"L1","grouped_by":"lesion_id","views":4,"failed":1,"repeats":1},"diagnosis":{"code":"MEL","method":"views""#
      ), "\(json.prefix(300))")
    #expect(
      json.contains(#""disagreement":{"codes":{"MEL":1,"NV":1},"dissent":0.5,"largest_distance":0.8}"#),
      "\(json.prefix(400))")
    #expect(json.contains(#"{"image":{"name":"broken"},"error":{"status":"#))
  }

  @Test func `without probabilities of a view there are none, and views alone decide`() throws {
    let lesion = lesion(try view("a", .benignKeratosis, nil), try view("b", .melanoma, [0.9, 0.05, 0.03, 0.02]))
    #expect(lesion.probabilities == nil && lesion.code == .melanoma)
    let nothing = self.lesion(.init(name: "x"))
    #expect(nothing.code == nil && nothing.probabilities == nil && nothing.dissent == nil)
  }

  @Test func `lesions come in the order of their first pictures, when all of theirs have come`() {
    var collector = LesionCollector(
      lesions: ["A", "B", "A", nil, "B"], names: ["1", "2", "3", "4", "5"], grouping: "folder")
    var told: [[String]] = []
    for name in ["1", "2", "3", "4", "5"] { told.append(collector.add(.init(name: name)).map(\.id)) }
    #expect(told == [[], [], ["A"], [], ["B", "4"]])
  }

  @Test func `a picture without a lesion never meets a lesion of its name`() {
    var collector = LesionCollector(lesions: [nil, "x"], names: ["x", "y"], grouping: "nest")
    let found = collector.add(.init(name: "x")) + collector.add(.init(name: "y"))
    #expect(found.map(\.id) == ["x", "x"] && found.map(\.views.count) == [1, 1])
  }

  @Test(arguments: [("a/b/c.jpg", "a/b"), ("c.jpg", "."), ("/c.jpg", "/"), ("x/c.jpg", "x")])
  func `a picture's folder`(_ path: String, _ folder: String) {
    #expect(LesionGrouping.folder(of: path) == folder)
  }
}
