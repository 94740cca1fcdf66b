import Foundation
import TextOutput

extension GGUFFile {
  /// The family of a text model, by the architecture that the file declares.
  ///
  /// - Parameter families: those that are accepted.
  func textFamily(among families: [any ModelFamily]) throws(WeightsFault) -> any ModelFamily {
    let architecture = try declaredArchitecture(types: Self.textTypes)
    guard let family = families.family(ofArchitecture: architecture) else {
      throw metadata.fault(
        architecture == Self.projectorArchitecture
          ? "is a projector; give it with --mmproj"
          : "is a model of the architecture \(quoted(architecture)); \(families.neededArchitectures) is needed")
    }
    try checkDescription(family, types: Self.textTypes)
    return family
  }

  /// The family of a projector, by the type that the file declares.
  ///
  /// - Parameter families: those that are accepted.
  func projectorFamily(among families: [any ModelFamily]) throws(WeightsFault) -> any ModelFamily {
    let architecture = try declaredArchitecture(types: Self.projectorTypes)
    guard architecture == Self.projectorArchitecture else {
      throw metadata.fault(
        families.family(ofArchitecture: architecture) != nil
          ? "is a text model, not a projector; give it with --model"
          : "is a model of the architecture \(quoted(architecture)), not a projector")
    }
    let sees = try metadata.flag("clip.has_vision_encoder") ?? false
    let hears = try metadata.flag(Self.soundKey) ?? false
    let speaks = try metadata.flag("clip.has_gen_audio_encoder") ?? false
    guard sees else {
      throw metadata.fault("is a projector \(hears || speaks ? "for audio" : "without a vision encoder")")
    }
    let common = try metadata.text("clip.projector_type") ?? ""
    let vision = try metadata.text("clip.vision.projector_type") ?? ""
    let type = common.isEmpty ? vision : common
    guard !type.isEmpty else { throw metadata.fault("clip.projector_type is missing") }
    guard let family = families.family(ofProjectorType: type) else {
      throw metadata.fault("is a projector of the type \(quoted(type)); \(families.neededProjectorTypes) is needed")
    }
    guard !speaks, !hears || family.leavesSoundOut else {
      throw metadata.fault("is a projector for audio as well; \(family.name)'s sees only")
    }
    try checkDescription(family, types: Self.projectorTypes)
    return family
  }

  /// What says that a projector hears.
  static let soundKey = "clip.has_audio_encoder"
  /// What `general.type` may be, where it is there.
  private static let textTypes: Set = ["model"]
  private static let projectorTypes: Set = ["mmproj", "clip-vision", "model"]
  /// The architecture of every projector.
  private static let projectorArchitecture = "clip"

  /// What `general.architecture` says, in a whole file whose `general.type` is one of these, where it is there.
  private func declaredArchitecture(types: Set<String>) throws(WeightsFault) -> String {
    // The parts of a split model other than the first contain nothing else.
    try checkWhole()
    let type = try metadata.text("general.type")
    let architecture = try metadata.text("general.architecture")
    if let type, !types.contains(type), let kind = Self.spokenTypes[type] { throw metadata.fault(kind) }
    guard let architecture else { throw metadata.fault("general.architecture is missing") }
    return architecture
  }

  /// What llama.cpp reads of every file; another type throws there or, in a projector, aborts.
  private func checkDescription(_ family: any ModelFamily, types: Set<String>) throws(WeightsFault) {
    if let type = try metadata.text("general.type"), !types.contains(type) {
      throw metadata.fault("general.type is \(quoted(type)), not a model")
    }
    _ = try metadata.text("general.name")
    _ = try metadata.text("general.description")
    _ = try metadata.number("general.file_type", .uint32)
    guard metadata["general.tensor_extra.name"] == nil else {
      throw metadata.fault("general.tensor_extra.name is there, which \(family.name) does not have")
    }
  }

  private static let spokenTypes = [
    "adapter": "is a LoRA adapter, not a whole model",
    "imatrix": "is an importance matrix, not a model",
    "vocab": "is a vocabulary without weights",
    "mmproj": "is a projector; give it with --mmproj",
    "clip-vision": "is a projector; give it with --mmproj",
  ]

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
