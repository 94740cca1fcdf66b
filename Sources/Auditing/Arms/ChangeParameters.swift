import Dermoscopy
import Perturbations

/// The parameters of a change: a dose's own, then those that all doses share.
struct ChangeParameters {
  let kind: ChangeKind
  let own: DocumentObject
  let fixed: DocumentObject

  /// The change.
  ///
  /// - Throws: `ProtocolFault` for a parameter that is missing or out of range.
  func change() throws(ProtocolFault) -> ArmChange {
    if let picture = try camera() { return .picture(picture) }
    if let picture = try artefact() { return .picture(picture) }
    if let picture = try card() { return .picture(picture) }
    switch kind {
    case .printed: return .print(try texts(), height: try number("height", 0.01...0.3))
    case .noImage: return .noImage
    case .anotherImage: return .anotherImage
    case .seed: return .seed(UInt64(try integer("by", 1...1_000)))
    case .order: return .order(try required("first").choice(of: LesionCode.self))
    case .rewording: return .rewording(try phrases())
    case .opinion:
      let text = try required("text").prompt(1...500)
      guard text.contains(Self.diagnosis) else { throw try required("text").fault("must have the place {diagnosis}") }
      return .opinion(text, isRight: try flag("is_right"))
    case .note:
      let toward = try optional("toward").map { node throws(ProtocolFault) in try node.choice(of: LesionCode.self) }
      return .note(question: try identifier("question"), value: try required("value").line(1...100), toward: toward)
    case .emptied: return .emptied(try required("what").choice(of: ArmChange.Emptied.self))
    case .anotherNotes: return .anotherNotes
    case .trueNotes: return .trueNotes(try integer("count", 1...64))
    case .planted: return .planted(question: try identifier("question"))
    case .untouched: return .untouched(question: try identifier("question"))
    case .toggledPhantom: return .toggledPhantom(question: try identifier("question"))
    default: return .free
    }
  }

  /// What an opinion's text has in place of the diagnosis.
  static let diagnosis = "{diagnosis}"

  private func camera() throws(ProtocolFault) -> PictureChange? {
    switch kind {
    case .pixelate: .pixelate(scale: try number("scale", 0.01...1))
    case .jpeg: .jpeg(quality: try integer("quality", 1...100))
    case .gaussianNoise: .gaussianNoise(deviation: try number("deviation", 0...1))
    case .speckleNoise: .speckleNoise(deviation: try number("deviation", 0...2))
    case .impulseNoise: .impulseNoise(share: try number("share", 0...1))
    case .shotNoise: .shotNoise(photons: try number("photons", 0.1...10_000))
    case .defocusBlur:
      .defocusBlur(radius: try number("radius", 0...64), smoothing: try number("smoothing", 0...8))
    case .motionBlur:
      .motionBlur(
        radius: try number("radius", 0...64), deviation: try number("deviation", 0.1...64),
        angle: try optional("angle").map { node throws(ProtocolFault) in try node.number(-180...180) })
    case .zoomBlur: .zoomBlur(end: try number("end", 1...2), step: try number("step", 0.005...0.5))
    case .brightness: .brightness(factor: try number("factor", 0...10))
    case .contrast: .contrast(factor: try number("factor", 0...10))
    case .saturation: .saturation(factor: try number("factor", 0...10))
    case .blackCorners: .blackCorners(radius: try number("radius", 0.1...2))
    case .whiteBalance: .whiteBalance(red: try number("red", 0.1...10), blue: try number("blue", 0.1...10))
    case .shadesOfGrey: .shadesOfGrey
    default: nil
    }
  }

  private func artefact() throws(ProtocolFault) -> PictureChange? {
    switch kind {
    case .hairs:
      .hairs(
        count: try integer("count", 0...1_000), place: try required("place").choice(of: PictureChange.HairPlace.self))
    case .bubbles: .bubbles(count: try integer("count", 0...1_000))
    case .ruler: .ruler(ticks: try integer("ticks", 0...1_000))
    case .ink: .ink(marks: try integer("marks", 0...200))
    case .colorChart: .colorChart(patches: try integer("patches", 0...50))
    case .turned: .turned(try required("turn").choice(of: PictureChange.Turn.self))
    default: nil
    }
  }

  private func card() throws(ProtocolFault) -> PictureChange? {
    switch kind {
    case .skinCard: .skinCard
    case .noiseCard: .noiseCard
    case .shuffledTiles: .shuffledTiles(perSide: try integer("per_side", 2...32))
    case .lesionErased: .lesionErased
    case .lesionOnly: .lesionOnly
    case .silhouette: .silhouette
    case .boxHidden: .boxHidden(share: try number("share", 0...1))
    default: nil
    }
  }

  private func texts() throws(ProtocolFault) -> [LesionCode: ArmChange.PrintedAnswer] {
    let node = try required("texts")
    var texts: [LesionCode: ArmChange.PrintedAnswer] = [:]
    for (key, child) in try node.object(knowing: LesionCode.allCases.map(\.rawValue)).children {
      guard let code = LesionCode(rawValue: key) else { continue }
      let object = try child.object(knowing: ["text", "names"])
      texts[code] = ArmChange.PrintedAnswer(
        text: try object.required("text").line(1...60),
        code: try object.optional("names").map { node throws(ProtocolFault) in try node.choice(of: LesionCode.self) })
    }
    guard !texts.isEmpty else { throw node.fault("must have at least one entry") }
    return texts
  }

  private func phrases() throws(ProtocolFault) -> [ArmChange.Phrase] {
    try required("phrases").elements(1...20).map { node throws(ProtocolFault) in
      let object = try node.object(knowing: ["phrase", "replacement"])
      return ArmChange.Phrase(
        phrase: try object.required("phrase").prompt(1...2_000),
        replacement: try object.required("replacement").prompt(0...2_000))
    }
  }

  private func optional(_ key: String) -> DocumentNode? { own.optional(key) ?? fixed.optional(key) }

  private func required(_ key: String) throws(ProtocolFault) -> DocumentNode {
    if let node = fixed.optional(key), own.optional(key) == nil { return node }
    return try own.required(key)
  }

  private func number(_ key: String, _ range: ClosedRange<Double>) throws(ProtocolFault) -> Double {
    try required(key).number(range)
  }

  private func integer(_ key: String, _ range: ClosedRange<Int>) throws(ProtocolFault) -> Int {
    try required(key).integer(range)
  }

  private func identifier(_ key: String) throws(ProtocolFault) -> String { try required(key).identifier() }

  private func flag(_ key: String) throws(ProtocolFault) -> Bool {
    let node = try required(key)
    guard case .bool(let flag) = node.value else { throw node.fault("must be true or false") }
    return flag
  }
}
