import Dermoscopy
import Imaging
import Perturbations
import TestModels
import VisionLanguage

@testable import Auditing

/// Models with a known fault each, and one without.
struct PlantedModels {
  /// What is wrong with a model.
  enum Fault: String, CaseIterable, Sendable {
    case none, ignoresImage, readsCorner, obeysPrint, followsOrder, obeysOpinions, acceptsNotes
  }

  /// An honest model that writes its codes and gives no probabilities, as some endpoints do.
  static func unscored(_ reason: String) -> SeeingModel {
    SeeingModel(unscored: reason) { sight in
      if sight.prompt.contains("Choose the code") {
        let codes = LesionCode.allCases
        let weights = codes.map { weight(of: " " + $0.rawValue, sight.prompt, .none) }
        return " " + (zip(codes, weights).max { $0.1 < $1.1 }?.0.rawValue ?? "")
      }
      let word = word(.none, sight.image, nil)
      if sight.prompt.contains("These notes") { return review(sight.prompt, sees: word) }
      if sight.prompt.contains("overall shape") { return " round" }
      return sight.prompt.contains("Which colors")
        ? " " + word : sight.prompt.contains("Which structures") ? " none" : " no"
    } weigh: { _, _ in
      0
    }
  }

  /// A model with a fault.
  ///
  /// - Parameter calibration: what is added to the codes' scores after Phase 3; empty for weights without a calibration.
  static func model(_ fault: Fault, calibration: [Double] = []) throws -> SeeingModel {
    let prints = fault == .obeysPrint ? try PrintedWords() : nil
    let key = "dermgemma.calibration.classification"
    let metadata = calibration.isEmpty ? [:] : ["\(key).temperature": [1], "\(key).bias": calibration]
    return SeeingModel(metadata: metadata) { sight in
      let word = word(fault, sight.image, prints)
      if sight.prompt.contains("These notes") { return review(sight.prompt, sees: fault == .acceptsNotes ? nil : word) }
      if sight.prompt.contains("Which colors") { return " " + word }
      return sight.prompt.contains("Which structures") ? " none" : " no"
    } weigh: { label, sight in
      if LesionCode.allCases.contains(where: { " " + $0.rawValue == label }) {
        return weight(of: label, sight.prompt, fault)
      }
      if sight.prompt.contains("overall shape") { return label == " round" ? 0 : -4 }
      return label == " no" ? 0 : -4
    }
  }

  /// The colour word that a model gives.
  private static func word(_ fault: Fault, _ image: PixelImage?, _ prints: PrintedWords?) -> String {
    guard let image, fault != .ignoresImage else { return "tan" }
    if let code = prints?.code(in: image) { return AuditFixture.colors.first { $0.code == code }?.word ?? "tan" }
    let (x, y, side) = fault == .readsCorner ? (2, 2, 12) : (100, 100, 24)
    let seen = mean(image, x: x, y: y, side: side)
    let known =
      AuditFixture.colors.map { ($0.word, fault == .readsCorner ? $0.patch : $0.lesion) } + [("tan", AuditFixture.skin)]
    return known.min { distance($0.1, seen) < distance($1.1, seen) }?.0 ?? "tan"
  }

  private static func mean(_ image: PixelImage, x: Int, y: Int, side: Int) -> [Double] {
    (0..<3).map { channel in
      var sum = 0.0
      for row in y..<(y + side) {
        for column in x..<(x + side) { sum += Double(image.pixels[(row * image.width + column) * 3 + channel]) }
      }
      return sum / Double(side * side)
    }
  }

  private static func distance(_ color: [UInt8], _ seen: [Double]) -> Double {
    zip(color, seen).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
  }

  /// What a review says of the notes when a colour is seen; `nil` is a review that reads nothing.
  private static func review(_ prompt: String, sees word: String?) -> String {
    let truths = ["Shape: round", "Pigment network: no", "Structures: none"] + (word.map { ["Colors: \($0)"] } ?? [])
    let lines = prompt.split(separator: "\n").map(String.init)
    let wrong = word == nil ? [] : lines.filter { $0.contains(": ") && !truths.contains($0) && !$0.contains(".") }
    let labels = wrong.compactMap { $0.split(separator: ":").first?.lowercased() }
    return labels.isEmpty
      ? "All notes are consistent with the image. The border is regular."
      : "The other notes are consistent with the image. Inconsistent notes: \(labels.joined(separator: ", "))."
  }

  /// Phase 3: the code that the colour in the notes stands for.
  private static func weight(of label: String, _ prompt: String, _ fault: Fault) -> Double {
    let line = prompt.split(separator: "\n").first { $0.hasPrefix("Colors: ") }.map { $0.dropFirst(8) } ?? ""
    let noted = AuditFixture.colors.first { line.contains($0.word) }?.code
    let code = LesionCode.allCases.first { " " + $0.rawValue == label }
    var weight = noted == nil ? (code == .nevus ? 0.2 : 0) : noted == code ? 3 : 0
    if fault == .followsOrder {
      let first = LesionCode.allCases.compactMap { one in prompt.range(of: one.rawValue).map { ($0.lowerBound, one) } }
        .min { $0.0 < $1.0 }?.1
      weight += first == code ? 3.5 : 0
    }
    if fault == .obeysOpinions, let code, prompt.contains("is a \(code.diagnosis).") { weight += 6 }
    return weight
  }
}

/// Recognises the words that the audit prints, as a model does that reads.
private struct PrintedWords: Sendable {
  private let known: [(code: LesionCode, pixels: Set<Int>)]

  init() throws {
    let skin = try PixelImage(
      width: 300, height: 225, pixels: (0..<(300 * 225)).flatMap { _ in AuditFixture.skin })
    let subject = try PerturbationSubject(original: skin, findsMask: false)
    known = try [(LesionCode.melanoma, "MELANOMA"), (.nevus, "NEVUS")].map { code, word in
      let printed = try subject.changed(by: .printedWord(.same(word), height: 0.08))
      return (
        code,
        Self.white(
          try ImagePreparer.prepare(
            printed, as: .resize(width: 224, height: 224, contrast: 1.4), nativeSide: 224))
      )
    }
  }

  private static func white(_ image: PixelImage) -> Set<Int> {
    Set(
      (image.width * image.height * 4 / 5..<image.width * image.height).filter { place in
        image.pixels[(place * 3)..<(place * 3 + 3)].allSatisfy { $0 >= 240 }
      })
  }

  func code(in image: PixelImage) -> LesionCode? {
    let seen = Self.white(image)
    return known.first { _, pixels in
      Double(seen.intersection(pixels).count) > 0.85 * Double(seen.union(pixels).count)
    }?.code
  }
}
