import Faults
import Foundation
import TestWeights
import Testing
import Weights

@Suite struct BrokenWeightsTests {
  @Test func `every kind of broken weights is refused in one line that names the file`() throws {
    try withFolder { folder in
      let kinds = try BrokenWeights.all(in: folder)
      #expect(kinds.count >= 40)
      #expect(Set(kinds.map(\.name)).count == kinds.count)
      var (reasons, met): (Set<String>, Set<String>) = ([], [])
      for kind in kinds {
        do throws(WeightsFault) {
          let text = try TextWeights(path: kind.textPath)
          if let projector = kind.projectorPath {
            _ = try WeightsPair(text: text, projector: ProjectorWeights(path: projector))
          }
          Issue.record("\(kind.name) is accepted")
        } catch {
          let line = error.description
          #expect(error.kind.exitStatus == 78)
          #expect(!line.contains { $0.isNewline }, "\(kind.name)")
          #expect(line.hasPrefix(kind.textPath) || line.hasPrefix(kind.projectorPath ?? "?"), "\(kind.name)")
          #expect(line.count < 400 + error.path.count, "\(kind.name)")
          reasons.insert(error.reason)
          if let wanted = Self.wantedReasons[kind.name] {
            #expect(error.reason.contains(wanted), "\(kind.name)")
            met.insert(kind.name)
          }
        }
      }
      #expect(reasons.count > 100)
      #expect(met == Set(Self.wantedReasons.keys))
    }
  }

  /// What some of the reasons must say, so that a person can act on them.
  private static let wantedReasons: [String: String] = [
    "wrong magic": "is not a GGUF file (it does not begin with \"GGUF\")",
    "version 1": "is GGUF version 1, which is no longer supported; convert it again",
    "big-endian version": "is a big-endian GGUF file, which is not read",
    "2⁶³ tensors": "claims 9,223,372,036,854,775,808 tensors, more than its",
    "another architecture":
      "is a model of the architecture \"llama\"; Gemma 3 (\"gemma3\") or Qwen2.5-VL (\"qwen2vl\") or Gemma 4 (\"gemma4\") "
      + "is needed",
    "a LoRA adapter": "is a LoRA adapter, not a whole model",
    "one of three parts": "is one part of a model that was split into 3; join them with llama-gguf-split --merge",
    "part 1 of a split model":
      "is part 1 of a model that was split into 3; join them with llama-gguf-split --merge model-00001-of-00003.gguf",
    "part 2 of a split model":
      "is part 2 of a model that was split into 3, whose first is model-00001-of-00003.gguf; join them with "
      + "llama-gguf-split --merge model-00001-of-00003.gguf model.gguf",
    "neither a bos identifier nor its piece":
      "tokenizer.ggml.bos_token_id is missing, and its vocabulary has no piece \"<bos>\"",
    "a bos identifier that is another piece's":
      "tokenizer.ggml.bos_token_id is 1, but the piece \"<bos>\" of its vocabulary is 2",
    "no base of the rotation": "gemma3.rope.freq_base is missing; llama.cpp would take 10,000",
    "a projection that llama-quantize has quantised":
      "mm.input_projection.weight is in the format Q8_0, which cannot be used there; make it again from the original with "
      + "llama-quantize --tensor-type mm.input_projection=f16",
    "a projector as the text model": "is a projector; give it with --mmproj",
    "a text model as the projector": "is a text model, not a projector; give it with --model",
    "a JPEG": "it looks like a JPEG image",
    "a missing file": "cannot be read (No such file or directory)",
    "a folder": "is a folder, not a GGUF file",
    "sound only": "is a projector for audio",
    "another projector type":
      "is a projector of the type \"mlp\"; \"gemma3\" or \"qwen2.5vl_merger\" or \"gemma4v\" is needed",
    "a projector of another width":
      "projects to a width of 48, but tiny.gguf has the width 32; the two belong to different models",
    "two pieces the same": "of its vocabulary are the same",
    "an Ollama vision tower": "as Ollama keeps it",
    "an embedding row too many": "token_embd.weight has 304 rows for a vocabulary of 303 pieces",
  ]
}
