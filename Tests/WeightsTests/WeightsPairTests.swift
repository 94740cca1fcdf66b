import Foundation
import TestWeights
import Testing
import Weights

@Suite struct WeightsPairTests {
  @Test func `a matching pair tells what an image becomes`() throws {
    try withFolder { folder in
      let paths = try TinyWeights().write(into: folder)
      let pair = try WeightsPair(textPath: paths.text, projectorPath: paths.projector)
      #expect(pair.projector.imageSide == 56)
      #expect(pair.projector.tokensPerImage == 4)
      #expect(pair.projector.projectionLength == pair.text.embeddingLength)
      #expect(pair.projector.embeddingLength == 24)
      #expect(pair.projector.numbers("clip.vision.image_mean") == [0.5, 0.5, 0.5])
    }
  }

  // Each of these loads and generates in llama.cpp as well.
  @Test(arguments: [
    "version 2", "alignment 64", "an output matrix", "feed-forward names exchanged", "no window", "every block slides",
    "a window pattern as a list", "all special identifiers",
  ])
  func `what llama.cpp runs is accepted`(variant: String) throws {
    var (text, projector) = (TinyWeights().text, TinyWeights().projector)
    switch variant {
    case "version 2": (text.version, projector.version) = (2, 2)
    case "alignment 64":
      text["general.alignment"] = .u32(64)
      text.alignment = 64
    case "an output matrix":
      text.tensors.append(text.tensors[0])
      text.tensors[text.tensors.count - 1].name = Array("output.weight".utf8)
    case "feed-forward names exchanged":
      for part in ["weight", "bias"] {
        projector.change("v.blk.0.ffn_up.\(part)") { $0.name = Array("x".utf8) }
        projector.change("v.blk.0.ffn_down.\(part)") { $0.name = Array("v.blk.0.ffn_up.\(part)".utf8) }
        projector.change("x") { $0.name = Array("v.blk.0.ffn_down.\(part)".utf8) }
      }
    case "no window": text["gemma3.attention.sliding_window"] = .u32(0)
    case "every block slides": text["gemma3.attention.sliding_window_pattern"] = .u32(0)
    case "a window pattern as a list": text["gemma3.attention.sliding_window_pattern"] = .flags([true, false])
    default:
      for role in ["eot", "eom", "mask", "fim_pre", "prefix"] { text["tokenizer.ggml.\(role)_token_id"] = .u32(302) }
    }
    try withFolder { folder in
      let (one, other) = (folder.appendingPathComponent("t"), folder.appendingPathComponent("p"))
      try Data(text.file).write(to: one)
      try Data(projector.file).write(to: other)
      _ = try WeightsPair(textPath: one.path, projectorPath: other.path)
    }
  }

  @Test func `a model without a name goes by its file's`() throws {
    try withFolder { folder in
      var text = TinyWeights().text
      text["general.name"] = .string("  ")
      let path = folder.appendingPathComponent("my model.gguf")
      try Data(text.file).write(to: path)
      #expect(try TextWeights(path: path.path).name == "my model")
    }
  }

  @Test(.timeLimit(.minutes(1))) func `a pipe is refused instead of waited for`() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("pipe").path
      #expect(mkfifo(path, 0o600) == 0)
      let fault = #expect(throws: WeightsFault.self) { try TextWeights(path: path) }
      #expect(fault?.reason == "is not a regular file")
    }
  }

  @Test func `a message stays on one line whatever the file holds`() throws {
    try withFolder { folder in
      var text = TinyWeights().text
      text["general.architecture"] = .string("evil\n\u{1b}[31m\u{202e}" + String(repeating: "long", count: 1_000))
      let path = folder.appendingPathComponent("evil.gguf")
      try Data(text.file).write(to: path)
      let fault = #expect(throws: WeightsFault.self) { try TextWeights(path: path.path) }
      let reason = try #require(fault?.reason)
      #expect(reason.hasPrefix("is a model of the architecture \"evil\\u{a}\\u{1b}[31m\\u{202e}long"))
      #expect(reason.count < 200)
    }
  }
}
