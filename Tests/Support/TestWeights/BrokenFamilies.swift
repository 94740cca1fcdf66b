import Foundation

/// Files of the families beside Gemma 3 that must be refused, each broken in one way.
package struct BrokenFamilies {
  package typealias Change = (inout GGUFWriter) -> Void

  /// One way to break a file, and what the reason must say.
  package struct Kind {
    package var name: String
    package var reason: String
    package var change: Change
    /// Whether the projector is broken, and not the text model.
    package var isProjector: Bool
  }

  /// The family's name.
  package let name: String
  private let text: GGUFWriter
  private let projector: GGUFWriter
  private let own: [Kind]
  /// What a file may lack.
  private let optional: Set<String>

  /// Qwen2.5-VL and Gemma 4: with an embedding of each block's own, as a mixture of experts, and with a tower for sound.
  package static var all: [BrokenFamilies] {
    let ofGemma4: Set = [
      "gemma4.attention.shared_kv_layers", "gemma4.rope.dimension_count", "gemma4.rope.dimension_count_swa",
      "gemma4.final_logit_softcapping", "clip.vision.projector.scale_factor", "clip.use_gelu", "tokenizer.ggml.scores",
    ]
    return [
      BrokenFamilies(
        name: "Qwen2.5-VL", text: TinyQwen25VL().text, projector: TinyQwen25VL().projector, own: qwen25VL,
        optional: ["qwen2vl.attention.head_count_kv", "clip.use_silu"]),
      BrokenFamilies(
        name: "Gemma 4", text: TinyGemma4().text, projector: TinyGemma4().projector, own: gemma4, optional: ofGemma4),
      BrokenFamilies(
        name: "Gemma 4", text: TinyGemma4(experts: 5).text, projector: TinyGemma4(hears: true).projector,
        own: gemma4Parts, optional: ofGemma4),
    ]
  }

  /// The good files.
  package var good: (text: GGUFWriter, projector: GGUFWriter) { (text, projector) }

  /// Every kind: keys that are missing or of another type, tensors that are missing, turned round or not finite, and the family's own.
  package var kinds: [Kind] {
    own + keys(of: text, isProjector: false) + keys(of: projector, isProjector: true)
      + tensors(of: text, isProjector: false) + tensors(of: projector, isProjector: true)
  }

  private func keys(of file: GGUFWriter, isProjector: Bool) -> [Kind] {
    file.entries.flatMap { entry -> [Kind] in
      let key = String(decoding: entry.key, as: UTF8.self)
      let prefix = key.prefix { $0 != "." }
      let lists = ["model", "tokens", "token_type", "merges", "scores"].map { "tokenizer.ggml.\($0)" }
      guard ["qwen2vl", "gemma4"].contains(prefix) || key.hasPrefix("clip.vision.") || lists.contains(key) else {
        return []
      }
      let isText = entry.value.type == 8
      var kinds = [
        Kind(
          name: "\(key) of another type", reason: "\(key) is",
          change: { $0[key] = isText ? .u32(1) : .string("4") }, isProjector: isProjector)
      ]
      if !optional.contains(key) {
        // A projector's type may be in either of two keys.
        let reason = key == "clip.vision.projector_type" ? "clip.projector_type is missing" : "\(key) is missing"
        kinds.append(Kind(name: "no \(key)", reason: reason, change: { $0[key] = nil }, isProjector: isProjector))
      }
      return kinds
    }
  }

  private func tensors(of file: GGUFWriter, isProjector: Bool) -> [Kind] {
    file.tensors.flatMap { tensor -> [Kind] in
      let name = String(decoding: tensor.name, as: UTF8.self)
      // Nobody reads a tower for sound.
      if name.hasPrefix("a.") || name.hasPrefix("mm.a.") { return [] }
      var kinds: [Kind] = []
      func add(_ what: String, _ change: @escaping Change) {
        kinds.append(Kind(name: "\(name) \(what)", reason: name, change: change, isProjector: isProjector))
      }
      let mayBeMissing =
        ["attn_v.weight", "layer_output_scale.weight"].contains { name.hasSuffix($0) && !name.hasPrefix("v.") }
        && self.name == "Gemma 4"
      let isBound = ["input_min", "input_max", "output_min", "output_max"].contains { name.hasSuffix($0) }
      if !mayBeMissing, !isBound { add("missing") { $0.remove(name) } }
      if tensor.shape != tensor.shape.reversed() { add("turned round") { $0.change(name) { $0.shape.reverse() } } }
      if tensor.shape.count == 1, tensor.shape[0] > 1 { add("not a number") { $0.set(.nan, in: name) } }
      if isBound {
        add("of two numbers") {
          $0.change(name) {
            $0.shape = [2]; $0.data += $0.data
          }
        }
      }
      return kinds
    }
  }

  static func kind(_ name: String, _ reason: String, projector: Bool = false, _ change: @escaping Change)
    -> Kind
  {
    Kind(name: name, reason: reason, change: change, isProjector: projector)
  }

  /// Gives a piece another text, and perhaps another type.
  static func change(_ writer: inout GGUFWriter, _ piece: String, to text: String, type: Int32? = nil) {
    let isQwen = writer["qwen2vl.block_count"] != nil
    var pieces = isQwen ? TinyQwen25VL.pieces : TinyGemma4.pieces
    for index in pieces.indices where pieces[index].text == piece {
      pieces[index] = (text, type ?? pieces[index].type)
    }
    writer["tokenizer.ggml.tokens"] = .strings(pieces.map { Array($0.text.utf8) })
    writer["tokenizer.ggml.token_type"] = .integers(pieces.map(\.type))
  }
}
