import Faults
import Foundation
import TestWeights
import Testing

@testable import Weights

@Suite struct AdapterWeightsTests {
  @Test func `every kind of broken adapter of every family is refused in one line that names the file`() throws {
    var count = 0
    for broken in BrokenAdapters.all {
      try withFolder { folder in
        let base = folder.appendingPathComponent("tiny.gguf").path
        try Data(broken.base.file).write(to: URL(fileURLWithPath: base))
        let text = try TextWeights(path: base)
        #expect(text.family.name == broken.family.name)
        let good = folder.appendingPathComponent("good.gguf").path
        try Data(TinyAdapter(of: broken.base).file.file).write(to: URL(fileURLWithPath: good))
        #expect(try AdapterWeights(path: good, for: text).targets.count >= 6)
        let kinds = try broken.write(into: folder)
        #expect(kinds.count >= 70)
        #expect(Set(kinds.map(\.name)).count == kinds.count)
        for kind in kinds {
          do throws(WeightsFault) {
            _ = try AdapterWeights(path: kind.path, for: text)
            Issue.record("\(broken.family.name): \(kind.name) is accepted")
          } catch {
            #expect(error.kind.exitStatus == 78)
            #expect(
              kind.reason.isEmpty || error.reason.contains(kind.reason),
              "\(broken.family.name), \(kind.name): \(error.reason)")
            let line = error.description
            #expect(line.hasPrefix(kind.path) && !line.contains { $0.isNewline } && line.count < 400 + kind.path.count)
          }
        }
        count += kinds.count
      }
    }
    // Of Gemma 3, and 200 of the two families that came after it.
    #expect(count >= 290, "\(count)")
  }

  @Test func `an adapter says what it changes`() throws {
    try withFolder { folder in
      let text = try TextWeights(path: TinyWeights().write(into: folder).text)
      let path = folder.appendingPathComponent("moles.gguf").path
      try Data(TinyAdapter().file.file).write(to: URL(fileURLWithPath: path))
      let adapter = try AdapterWeights(path: path, for: text)
      #expect(adapter.name == "moles.gguf" && adapter.alpha == 8)
      #expect(adapter.targets.map(\.matrix).first == "blk.0.attn_q.weight" && adapter.targets.count == 6)
      #expect(adapter.targets.allSatisfy { $0.rank == 4 })
    }
  }

  @Test func `several adapters become one that adds up the same`() throws {
    try withFolder { folder in
      let text = try TextWeights(path: TinyWeights().write(into: folder).text)
      var (one, other) = (TinyAdapter(), TinyAdapter())
      (other.seed, other.rank, other.alpha, other.parts) = (6, 2, 3, ["attn_q", "ffn_up"])
      one.parts = ["attn_q"]
      var loaded: [(weights: AdapterWeights, scale: Double)] = []
      for (index, (adapter, scale)) in [(one, 0.5), (other, -2)].enumerated() {
        let path = folder.appendingPathComponent("\(index).gguf").path
        try Data(adapter.file.file).write(to: URL(fileURLWithPath: path))
        loaded.append((try AdapterWeights(path: path, for: text), scale))
      }
      let path = folder.appendingPathComponent("both.gguf").path
      let bytes = try CombinedAdapters(loaded, architecture: "gemma3").bytes
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let file = try GGUFFile(path: path)
      #expect(file.tensors.map(\.name).count == 8)
      let q = try #require(file.tensors.first { $0.name == "blk.0.attn_q.weight.lora_b" })
      #expect(q.shape == [6, 32])
      let sums = try product(file, "blk.0.attn_q.weight", columns: 32, rank: 6, rows: 32)
      let first = try product(loaded[0].weights.file, "blk.0.attn_q.weight", columns: 32, rank: 4, rows: 32)
      let second = try product(loaded[1].weights.file, "blk.0.attn_q.weight", columns: 32, rank: 2, rows: 32)
      for place in sums.indices {
        // Scale times alpha over rank.
        let expected = 0.5 * 8 / 4 * first[place] - 2 * 3 / 2 * second[place]
        #expect(abs(sums[place] - expected) < 1e-5)
      }
    }
  }

  private func product(_ file: GGUFFile, _ name: String, columns: Int, rank: Int, rows: Int) throws -> [Float] {
    let (a, b) = (
      try file.floats(of: #require(file.tensors.first { $0.name == name + ".lora_a" })),
      try file.floats(of: #require(file.tensors.first { $0.name == name + ".lora_b" }))
    )
    return (0..<rows).flatMap { row in
      (0..<columns).map { column in
        (0..<rank).reduce(Float(0)) { $0 + b[row * rank + $1] * a[$1 * columns + column] }
      }
    }
  }

  @Test(arguments: [
    (UInt16(0x3C00), Float(1)), (0xC000, -2), (0x3555, 0.333251953125), (0x0001, 0x1p-24), (0x03FF, 0x3FFp-24),
    (0x0400, 0x1p-14), (0x7BFF, 65504), (0x8000, -0), (0x7C00, .infinity),
  ])
  func `a half is the number that IEEE 754 says`(bits: UInt16, value: Float) {
    #expect(Float(halfBits: bits) == value)
    #expect(Float(halfBits: 0x7E00).isNaN)
  }
}
