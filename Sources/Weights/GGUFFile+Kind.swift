import Foundation

extension GGUFFile {
  /// Checks that a file declares the kind that its place on the command line needs.
  ///
  /// - Parameters:
  ///   - architecture: what `general.architecture` must be.
  ///   - types: what `general.type` may be, where it is there.
  func checkKind(architecture needed: String, types: Set<String>) throws(WeightsFault) {
    // The parts of a split model other than the first contain nothing else.
    try checkWhole()
    let type = try metadata.text("general.type")
    let architecture = try metadata.text("general.architecture")
    if let type, !types.contains(type), let kind = Self.spokenTypes[type] { throw metadata.fault(kind) }
    guard let architecture else { throw metadata.fault("general.architecture is missing") }
    guard architecture == needed else { throw metadata.fault(Self.mismatch(architecture, needed: needed)) }
    if let type, !types.contains(type) { throw metadata.fault("general.type is \(quoted(type)), not a model") }
    // Read by llama.cpp for every file; another type throws there or, in a projector, aborts.
    _ = try metadata.text("general.name")
    _ = try metadata.text("general.description")
    _ = try metadata.number("general.file_type", .uint32)
    guard metadata["general.tensor_extra.name"] == nil else {
      throw metadata.fault("general.tensor_extra.name is there, which Gemma 3 does not have")
    }
  }

  private static let spokenTypes = [
    "adapter": "is a LoRA adapter, not a whole model",
    "imatrix": "is an importance matrix, not a model",
    "vocab": "is a vocabulary without weights",
    "mmproj": "is a projector; give it with --mmproj",
    "clip-vision": "is a projector; give it with --mmproj",
  ]

  private static func mismatch(_ architecture: String, needed: String) -> String {
    switch (architecture, needed) {
    case ("clip", _): "is a projector; give it with --mmproj"
    case ("gemma3", "clip"): "is a text model, not a projector; give it with --model"
    case (_, "clip"): "is a model of the architecture \(quoted(architecture)), not a projector"
    default: "is a model of the architecture \(quoted(architecture)); Gemma 3 (\"gemma3\") is needed"
    }
  }

  private func checkWhole() throws(WeightsFault) {
    guard let parts = try metadata.number("split.count", .uint16) else { return }
    guard parts > 1 else { return }
    let number = try metadata.number("split.no", .uint16).map { Int($0) + 1 }
    let name = URL(fileURLWithPath: path).lastPathComponent
    let place = number.map { "is part \($0) of a model that was split into \(Int(parts))" }
    throw metadata.fault(
      (place ?? "is one part of a model that was split into \(Int(parts))")
        + Self.joining(name, part: number, of: Int(parts)))
  }

  /// How the parts become one file: by the first part's name, where this one is named as llama.cpp names parts
  /// (`llama_split_path`: `NAME-00002-of-00003.gguf`).
  private static func joining(_ name: String, part: Int?, of parts: Int) -> String {
    func ending(_ part: Int) -> String {
      func digits(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
      }
      return "-\(digits(part))-of-\(digits(parts)).gguf"
    }
    guard let part, name.hasSuffix(ending(part)) else { return "; join them with llama-gguf-split --merge" }
    let stem = name.dropLast(ending(part).count)
    let first = String(stem) + ending(1)
    return (part == 1 ? "" : ", whose first is \(first)")
      + "; join them with llama-gguf-split --merge \(first) \(stem).gguf"
  }
}
