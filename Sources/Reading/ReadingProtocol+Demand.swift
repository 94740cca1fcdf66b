import Dermoscopy
import LlamaEngine
import VisionLanguage

extension ReadingProtocol {
  /// The sequence length that the longest prompts and answers of several protocols need.
  static func demand(of protocols: [ReadingProtocol]) -> EngineConfiguration.Demand {
    let demands = protocols.map(\.demand)
    return EngineConfiguration.Demand(
      longestPrompts: demands.flatMap(\.longestPrompts), longestAnswer: demands.map(\.longestAnswer).max() ?? 0)
  }

  /// The sequence length that this protocol's longest prompts and answers need.
  ///
  /// Only canonical words ever get from an answer into a prompt, so the longest observations can be spelled out; the
  /// description is bounded by its token limit, with a quarter more because cleaned text may be cut into other tokens.
  var demand: EngineConfiguration.Demand {
    let observations = questions.map { question in
      let longest =
        question.answer.kind == .many
        ? question.answer.values.joined(separator: ", ") : question.answer.values.max { $0.count < $1.count } ?? ""
      return "\(question.label): \(longest.count < Observation.unclear.count ? Observation.unclear : longest)"
    }
    let observed = observations.joined(separator: "\n")
    var prompts = questions.map(\.prompt)
    if let review { prompts.append(review.prompt.filled(observations: observed)) }
    prompts.append(classification.prompt.filled(observations: observed))
    let written = sampling.review?.maxTokens ?? 0
    let answered = max(sampling.observation?.maxTokens ?? 0, sampling.classification?.maxTokens ?? 0)
    return EngineConfiguration.Demand(
      longestPrompts: prompts.map { Prompt(text: $0, answerPrefix: answerPrefix) },
      longestAnswer: written + written / 4 + answered)
  }
}
