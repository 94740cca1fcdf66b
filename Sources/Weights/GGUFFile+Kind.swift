extension GGUFFile {
  /// Checks that a file says it is what its place on the command line needs.
  ///
  /// - Parameters:
  ///   - architecture: what `general.architecture` must be.
  ///   - types: what `general.type` may be, where it is there.
  func checkKind(architecture needed: String, types: Set<String>) throws(WeightsFault) {
    let type = try metadata.text("general.type")
    let architecture = try metadata.text("general.architecture")
    if let type, !types.contains(type), let kind = Self.spokenTypes[type] { throw metadata.fault(kind) }
    guard let architecture else { throw metadata.fault("general.architecture is missing") }
    guard architecture == needed else { throw metadata.fault(Self.mismatch(architecture, needed: needed)) }
    if let type, !types.contains(type) { throw metadata.fault("general.type is \(quoted(type)), not a model") }
    try checkWhole()
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
    guard parts <= 1 else {
      throw metadata.fault("is one of \(Int(parts)) parts; join them with llama-gguf-split --merge")
    }
  }
}
