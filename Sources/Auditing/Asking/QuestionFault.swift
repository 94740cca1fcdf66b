import Dermoscopy
import Faults
import Perturbations
import VisionLanguage

/// A question about one picture that has no answer.
public enum QuestionFault: Fault, Hashable {
  /// The lesion is to be hidden or shown alone, and was not found.
  case noLesion(reason: String)
  /// The picture cannot be changed so.
  case cannotChange(String)
  /// The model's answers have no probabilities to compare.
  case noProbabilities(String)
  /// The model's image tokens cannot be blanked.
  case noTokens(String)

  public var kind: FaultKind { .unusableInput }

  /// A word for programs.
  public var reason: String {
    switch self {
    case .noLesion: "no_lesion"
    case .cannotChange: "cannot_change"
    case .noProbabilities: "no_probabilities"
    case .noTokens: "no_token_map"
    }
  }

  public var description: String {
    switch self {
    case .noLesion(let reason):
      "The lesion cannot be hidden or shown alone: it was not found in this picture (\(reason))."
    case .cannotChange(let reason): "This picture cannot be changed so: \(reason)."
    case .noProbabilities(let reason): "There are no probabilities to compare: \(reason)."
    case .noTokens(let reason): "There is no token map: \(reason). An occlusion map needs no tokens."
    }
  }

  /// Runs a question, and names what a picture or a model cannot give.
  static func naming<Value>(_ question: () async throws -> Value) async throws -> Value {
    do {
      return try await question()
    } catch PerturbationFault.noMask(let reason) {
      throw noLesion(reason: reason)
    } catch let fault as PerturbationFault where fault.kind == .unusableInput {
      throw cannotChange(fault.description)
    } catch let fault as NoProbabilities {
      throw noProbabilities(fault.reason)
    } catch let fault as NoImageTokens {
      throw noTokens(fault.description)
    }
  }
}
