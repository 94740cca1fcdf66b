import Foundation

/// Weights files that must be refused, each broken in one way.
package enum BrokenWeights {
  /// Writes every kind into a folder.
  ///
  /// - Returns: for each its name and the files to give; the projector is `nil` where the text model is enough to tell.
  package static func all(in folder: URL) throws -> [(name: String, textPath: String, projectorPath: String?)] {
    let good = try TinyWeights().write(into: folder)
    // Made once: making weights is most of the work.
    let (goodText, goodProjector) = (TinyWeights().text, TinyWeights().projector)
    var kinds: [(name: String, textPath: String, projectorPath: String?)] = []
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
      let safe = name.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
      let path = folder.appendingPathComponent("\(safe).gguf")
      try Data(bytes).write(to: path)
      return path.path
    }
    for (name, bytes) in notGGUF() + truncated(goodText) {
      kinds.append((name, try file(name, bytes), nil))
    }
    for (name, change) in brokenText {
      var writer = goodText
      change(&writer)
      kinds.append((name, try file(name, writer.file), nil))
    }
    for (name, change) in brokenProjector {
      var writer = goodProjector
      change(&writer)
      kinds.append((name, good.text, try file(name, writer.file)))
    }
    for part in 1...2 {
      // As llama-gguf-split writes them: the first has all metadata, the others nothing but these.
      var split = part == 1 ? goodText : GGUFWriter()
      split["split.no"] = .u16(UInt16(part - 1))
      split["split.count"] = .u16(3)
      split["split.tensors.count"] = .i32(25)
      let path = folder.appendingPathComponent("model-0000\(part)-of-00003.gguf")
      try Data(split.file).write(to: path)
      kinds.append(("part \(part) of a split model", path.path, nil))
    }
    kinds.append(("a missing file", folder.appendingPathComponent("none.gguf").path, nil))
    kinds.append(("a folder", folder.path, nil))
    kinds.append(("a device", "/dev/zero", nil))
    kinds.append(("a projector as the text model", good.projector, nil))
    kinds.append(("a text model as the projector", good.text, good.text))
    kinds.append(("a missing projector", good.text, folder.appendingPathComponent("none.gguf").path))
    kinds.append(("a truncated projector", good.text, try file("short projector", goodProjector.file.dropLast(9))))
    kinds.append(
      ("a projector of another width", good.text, try file("wide projector", TinyWeights(width: 48).projector.file)))
    var markerless = goodText
    markerless.rename(piece: "<start_of_image>", to: "<start_of_picture>")
    kinds.append(("a text model without image markers", try file("no markers", markerless.file), good.projector))
    var short = goodText
    short["gemma3.context_length"] = .u32(3)
    kinds.append(("a context shorter than an image", try file("short context", short.file), good.projector))
    return kinds
  }

  private static func file(_ bytes: [UInt8], then padding: Int) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: padding)
  }

  private static func notGGUF() -> [(String, [UInt8])] {
    var noise = Noise(seed: 3)
    let random = (0..<4_096).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
    let header = Array("GGUF".utf8) + littleEndian(UInt32(3))
    return [
      ("an empty file", []),
      ("a single byte", [0x47]),
      ("a JPEG", file([0xff, 0xd8, 0xff, 0xe0], then: 2_000)),
      ("a PNG", file([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], then: 2_000)),
      ("a ZIP archive", file([0x50, 0x4b, 3, 4], then: 2_000)),
      ("an HTML page", Array("<!DOCTYPE html><title>Log in</title>".utf8)),
      ("a Git LFS pointer", Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8)),
      ("zeros", file([], then: 4_096)),
      ("random bytes", random),
      ("random bytes after the header", header + random),
      ("random bytes after the counts", header + littleEndian(UInt64(5)) + littleEndian(UInt64(5)) + random),
      ("nothing after the counts", header + littleEndian(UInt64(1)) + littleEndian(UInt64(1))),
      ("no tensor and no metadata", header + littleEndian(UInt64(0)) + littleEndian(UInt64(0))),
    ]
  }

  /// The file cut at many places: between fields, inside them, and just before its end.
  private static func truncated(_ writer: GGUFWriter) -> [(String, [UInt8])] {
    let bytes = writer.file
    let header = writer.header.count
    let places = [3, 4, 7, 8, 15, 16, 23, 24, 31, 32, 40, 100, 1_000, header / 2, header - 1, header, header + 31]
    return (places + [bytes.count / 2, bytes.count - 1]).map { ("truncated to \($0) bytes", Array(bytes.prefix($0))) }
  }
}

extension GGUFWriter {
  /// Gives a piece of the tiny vocabulary another text.
  package mutating func rename(piece: String, to text: String) {
    change(pieces: { $0 == Array(piece.utf8) ? Array(text.utf8) : $0 })
  }

  /// Changes the pieces of the tiny vocabulary; a `nil` leaves one out.
  package mutating func change(pieces change: ([UInt8]) -> [UInt8]?) {
    let pieces = TinyWeights.pieces.map { Array($0.text.utf8) }
    self["tokenizer.ggml.tokens"] = .strings(pieces.compactMap(change))
  }

  /// Sets one of a tensor's 32-bit floats.
  package mutating func set(_ value: Float, in name: String) {
    change(name) { $0.data.replaceSubrange(4..<8, with: littleEndian(value.bitPattern)) }
  }
}
