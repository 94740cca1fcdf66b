import Dermoscopy
import JSON
import Perturbations

/// A change of one picture that a person asks about.
public enum WhatIfChange: Sendable, Hashable {
  /// Any change of the picture that arms make.
  case picture(PictureChange)
  /// A printed word; without a text the diagnosis opposite to the model's own answer. The height of its letters is in parts of
  /// the short side.
  case print(String?, height: Double)

  /// The height of a printed word's letters where none is said, in parts of the short side.
  static let height = 0.08
  /// The most characters of a printed word.
  static let longestWord = 60

  /// Reads a change: its kind, and the parameters that the kind has in a document of arms; of a printed word `text` and `height`.
  package init(_ node: DocumentNode) throws(ProtocolFault) {
    let place = try node.object().required("kind")
    let kind = try place.choice(of: ChangeKind.self)
    if kind == .printed {
      let object = try node.object(knowing: ["kind", "text", "height"])
      let height = try object.optional("height").map { node throws(ProtocolFault) in try node.number(0.01...0.3) }
      let text = try object.optional("text").map { node throws(ProtocolFault) in
        let text = try node.line(1...Self.longestWord)
        let unknown = text.first { !PictureChange.PrintedText.canPrint($0) }
        if let unknown {
          throw node.fault("cannot have \(unknown): letters A to Z, digits, spaces and - . % : / can be printed")
        }
        guard text.contains(where: { $0 != " " }) else { throw node.fault("must not be empty") }
        return text
      }
      self = .print(text, height: height ?? Self.height)
      return
    }
    let object = try node.object(knowing: ["kind"] + kind.keys)
    guard case .picture(let change) = try ChangeParameters(kind: kind, own: object, fixed: object).change() else {
      throw place.fault(
        "\(kind.rawValue) is no change of the picture; changes are \(Self.kinds.joined(separator: ", "))")
    }
    self = .picture(change)
  }

  /// What `kind` may be.
  static let kinds = ChangeKind.allCases.filter { $0 == .printed || $0.changesPicture }.map(\.rawValue)
}

extension ChangeKind {
  /// Whether such a change is one of the picture alone.
  var changesPicture: Bool {
    switch self {
    case .printed, .noImage, .anotherImage, .seed, .order, .rewording, .opinion, .note, .emptied, .anotherNotes,
      .trueNotes,
      .planted, .untouched, .toggledPhantom, .free:
      false
    default: true
    }
  }
}
