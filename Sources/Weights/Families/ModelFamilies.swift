import TextOutput

/// The model families that this program reads: the one place where they are listed.
public enum ModelFamilies {
  /// All of them.
  public static let all: [any ModelFamily] = [Gemma3(), Qwen25VL(), Gemma4()]
}

extension [any ModelFamily] {
  /// The family whose turns a chat template in Jinja writes; `nil` for another's.
  public func family(writtenBy template: String) -> (any ModelFamily)? {
    first { family in family.chat.turnMarkers.allSatisfy { template.contains($0) } }
  }

  /// The family whose text models declare this architecture.
  func family(ofArchitecture architecture: String) -> (any ModelFamily)? {
    first { $0.architecture == architecture }
  }

  /// The family whose projectors declare this type.
  func family(ofProjectorType type: String) -> (any ModelFamily)? {
    first { $0.projectorType == type }
  }

  /// What a message says is needed: each family's name and architecture.
  var neededArchitectures: String {
    map { "\($0.name) (\(quoted($0.architecture)))" }.joined(separator: " or ")
  }

  /// What a message says is needed: each family's type of projector.
  var neededProjectorTypes: String {
    map { quoted($0.projectorType) }.joined(separator: " or ")
  }
}
