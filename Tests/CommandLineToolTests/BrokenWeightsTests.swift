import Foundation
import TestPrograms
import TestWeights
import Testing

/// Weights that must be refused by the whole program, whatever its parts think of them.
@Suite(.timeLimit(.minutes(10))) struct BrokenWeightsRunTests {
  @Test func `every kind of broken weights ends in 78 and one line that names the file`() async throws {
    let kinds = try BrokenWeights.all(in: try TestFolders.folder())
    let good = try TinyModelFiles.shared()
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    #expect(kinds.count >= 200)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for kind in kinds {
        group.addTask {
          let projector = kind.projectorPath ?? good.projector
          let outcome = try await Program.run(
            ["analyze", "--threads", "1", "--model", kind.textPath, "--mmproj", projector, "phantom-0.png"],
            in: folder)
          #expect(outcome.signal == nil, "\(kind.name)")
          #expect(outcome.status == 78, "\(kind.name): \(outcome.errors)")
          #expect(outcome.output.isEmpty, "\(kind.name)")
          #expect(outcome.errorLines.count == 1, "\(kind.name): \(outcome.errors)")
          #expect(
            outcome.errors.hasPrefix("dermgemma: \(kind.textPath)")
              || outcome.errors.hasPrefix("dermgemma: \(projector)"), "\(kind.name): \(outcome.errors)")
        }
      }
      try await group.waitForAll()
    }
  }

  /// Matrices whose numbers nobody reads before the model computes with them.
  static let poisoned = [
    "token_embd.weight", "blk.1.attn_q.weight", "v.patch_embd.weight", "v.position_embd.weight",
  ]

  @Test(arguments: poisoned)
  func `weights that compute what is no number end in 78`(_ tensor: String) async throws {
    func poison(_ file: inout GGUFWriter) {
      file.change(tensor) { tensor in
        for offset in stride(from: 0, to: tensor.data.count, by: 4) {
          tensor.data.replaceSubrange(offset..<(offset + 4), with: littleEndian(Float.nan.bitPattern))
        }
      }
    }
    var (weights, projector) = (TinyModelFiles.weights, TinyWeights().projector)
    poison(&weights)
    poison(&projector)
    let model = try TinyModelFiles.write(weights, projector)
    let folder = try TestFolders.folder(TestFolders.phantoms(2))
    for name in ["seed", "direct"] {
      let outcome = try await Program.run(
        [
          "analyze", "--json", "--protocol", name, "--model", model.text, "--mmproj", model.projector,
          "phantom-0.png", "phantom-1.png",
        ], in: folder)
      #expect(outcome.signal == nil)
      #expect(outcome.status == 78, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains("not finite numbers"), "\(outcome.errors)")
      #expect(outcome.errors.contains(tensor.hasPrefix("v.") ? model.projector : model.text), "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
    }
  }
}
