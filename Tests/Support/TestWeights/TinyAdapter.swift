/// A LoRA adapter of a tiny model, of noise from a fixed seed.
package struct TinyAdapter {
  /// The text model that it is for.
  package var base = TinyWeights().text
  package var rank = 4
  package var alpha: Float = 8
  package var seed: UInt64 = 5
  /// The matrices of each block that it changes.
  package var parts = ["attn_q", "attn_v", "ffn_down"]

  package init() {}

  /// An adapter of another model.
  package init(of base: GGUFWriter) { self.base = base }

  /// The base's matrices that it changes, block by block.
  private var targets: [(name: String, columns: Int, rows: Int)] {
    base.tensors.compactMap { tensor in
      let name = String(decoding: tensor.name, as: UTF8.self)
      let words = name.split(separator: ".")
      guard words.count == 4, words[0] == "blk", tensor.shape.count == 2,
        parts.contains(String(words[2]))
      else { return nil }
      return (name, Int(tensor.shape[0]), Int(tensor.shape[1]))
    }
  }

  /// The file.
  package var file: GGUFWriter {
    var file = GGUFWriter()
    var noise = Noise(seed: seed)
    file["general.type"] = .string("adapter")
    file["general.architecture"] = base["general.architecture"]
    file["adapter.type"] = .string("lora")
    file["adapter.lora.alpha"] = .f32(alpha)
    for target in targets {
      file.addMatrix("\(target.name).lora_a", [target.columns, rank], &noise)
      file.addMatrix("\(target.name).lora_b", [rank, target.rows], &noise)
    }
    return file
  }

  /// The tiny model with this adapter added into its matrices, which become 32-bit.
  ///
  /// - Parameter scale: how strongly.
  package func merged(into model: GGUFWriter, scale: Float) -> GGUFWriter {
    var model = model
    let adapter = file
    func numbers(_ name: String) -> [Float] {
      let data = adapter.tensors.first { $0.name == Array(name.utf8) }?.data ?? []
      return Self.floats(data, type: 0)
    }
    for (name, columns, rows) in targets {
      let (a, b) = (numbers(name + ".lora_a"), numbers(name + ".lora_b"))
      model.change(name) { tensor in
        var values = Self.floats(tensor.data, type: tensor.type)
        for row in 0..<rows {
          for column in 0..<columns {
            var sum: Float = 0
            for place in 0..<rank { sum += b[row * rank + place] * a[place * columns + column] }
            values[row * columns + column] += scale * alpha / Float(rank) * sum
          }
        }
        tensor.type = 0
        tensor.data = values.flatMap { littleEndian($0.bitPattern) }
      }
    }
    return model
  }

  private static func floats(_ data: [UInt8], type: UInt32) -> [Float] {
    func integer(_ place: Int, _ count: Int) -> UInt32 {
      (0..<count).reduce(0) { $0 | UInt32(data[place + $1]) << (8 * UInt32($1)) }
    }
    guard type == 1 else { return stride(from: 0, to: data.count, by: 4).map { Float(bitPattern: integer($0, 4)) } }
    return stride(from: 0, to: data.count, by: 2).map { place in
      let bits = integer(place, 2)
      let (sign, exponent, fraction) = (bits & 0x8000, bits >> 10 & 0x1F, bits & 0x3FF)
      return exponent == 0 ? 0 : Float(bitPattern: sign << 16 | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
