import Faults
import Foundation
import TestWeights
import Testing
import Weights

@Suite struct BrokenFamiliesTests {
  @Test func `every kind of broken file of the other families is refused with its reason`() throws {
    try withFolder { folder in
      var count = 0
      for family in BrokenFamilies.all {
        let paths = (folder.appendingPathComponent("text.gguf"), folder.appendingPathComponent("projector.gguf"))
        try Data(family.good.text.file).write(to: paths.0)
        try Data(family.good.projector.file).write(to: paths.1)
        let text = try TextWeights(path: paths.0.path)
        _ = try WeightsPair(text: text, projector: ProjectorWeights(path: paths.1.path))
        #expect(text.family.name == family.name)
        let kinds = family.kinds
        #expect(Set(kinds.map(\.name)).count == kinds.count)
        let broken = folder.appendingPathComponent("broken.gguf")
        for kind in kinds {
          var file = kind.isProjector ? family.good.projector : family.good.text
          kind.change(&file)
          try Data(file.file).write(to: broken)
          do throws(WeightsFault) {
            if kind.isProjector {
              _ = try WeightsPair(text: text, projector: ProjectorWeights(path: broken.path))
            } else {
              _ = try TextWeights(path: broken.path)
            }
            Issue.record("\(family.name): \(kind.name) is accepted")
          } catch {
            #expect(error.kind.exitStatus == 78)
            #expect(error.reason.contains(kind.reason), "\(family.name), \(kind.name): \(error.reason)")
            let line = error.description
            #expect(
              line.hasPrefix(broken.path) && !line.contains { $0.isNewline } && line.count < 400 + broken.path.count)
          }
        }
        count += kinds.count
      }
      // 120 were asked for.
      #expect(count >= 300, "\(count)")
    }
  }
}
