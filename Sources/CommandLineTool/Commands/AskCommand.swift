import DICOM
import Foundation
import JSON
import UseCases
import VisionLanguage

/// The options of `ask`.
enum AskOption {
  static let image = Option<String>(path: "--image", "FILE", help: "The image, prepared as --protocol says.")
  static let prefix = Option<String>(
    text: "--prefix", "TEXT", help: "What the answer begins with (default: the protocol's answer prefix).")
  static let maxTokens = Option<Int>(
    "--max-tokens", "N", in: 1...4096, help: "The most tokens that the answer may have (default 128).")
  static let temperature = Option<Double>("--temperature", "T", in: 0...5, help: "0 to 5; 0, the default, is greedy.")
  static let seed = Option<UInt32>("--seed", "N", in: 0...UInt32.max, help: "Seed of the random numbers (default 0).")
  static let json = Flag("--json", help: "Prints a JSON object, which also has the tokens of prompt and answer.")
}

let askCommand = CommandSpecification(
  name: "ask",
  summary: "Sends one prompt to the model and prints its answer.",
  usage: ["ask [options] PROMPT"],
  discussion: [
    "Use it to try prompts before you put them into a protocol. Without --image, the model sees no image and needs no --mmproj. "
      + "The answer is greedy unless --temperature says otherwise. Nothing in the prompt is read as a special token."
  ],
  options: [
    AskOption.image,
    EngineOption.readingProtocol,
    AskOption.prefix,
    AskOption.maxTokens,
    AskOption.temperature,
    AskOption.seed,
    AskOption.json,
    DICOMOption.frame,
  ] + EngineOption.all + EndpointOption.all,
  examples: [("dermgemma ask --image lesion.jpg \"Which colors do you see?\"", "One visual question.")],
  takesArguments: true
) { arguments, terminal in
  guard arguments.positional.count == 1 else {
    throw UsageFault(message: "Give one prompt, in quotes", command: "ask")
  }
  var request = PromptRequest(
    arguments.positional[0], readingProtocol: try chosenProtocol(arguments).readingProtocol)
  request.maxTokens = try arguments[AskOption.maxTokens] ?? request.maxTokens
  request.seed = try arguments[AskOption.seed] ?? 0
  request.temperature = try arguments[AskOption.temperature] ?? 0
  (request.threads, request.device) = (try arguments[EngineOption.threads], try chosenDevice(arguments))
  request.answerPrefix = try arguments[AskOption.prefix]
  request.dicom = try DICOMOptions(arguments, keepsRecord: false)
  request.image = try arguments[AskOption.image]
  request.endpoint = try arguments.endpoint(of: "ask")
  request.weights = try arguments[EngineOption.model]
  request.projector = try arguments[EngineOption.projector]
  request.adapters = try arguments.adapters(of: "ask")
  request.precision = try arguments[EngineOption.precision] ?? .f32
  let answer = try await request.run()
  guard arguments[AskOption.json] else {
    try terminal.print(answer.generation.text.trimmingCharacters(in: .whitespaces))
    return 0
  }
  try terminal.print(
    OrderedJSON.line(
      AskedAnswer(
        promptTokens: answer.promptTokens, tokens: answer.generation.tokens, text: answer.generation.text,
        stop: answer.generation.stopReason)))
  return 0
}

/// What `ask --json` prints.
struct AskedAnswer: Encodable {
  var promptTokens: [Int32]
  var tokens: [Int32]
  var text: String
  var stop: StopReason

  enum CodingKeys: String, CodingKey {
    case promptTokens = "prompt_tokens"
    case tokens, text, stop
  }
}
