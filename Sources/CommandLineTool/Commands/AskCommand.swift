import DICOM
import Dermoscopy
import Faults
import Foundation
import Imaging
import JSON
import LlamaEngine
import Reading
import RemoteModel
import VisionLanguage

/// The options of `ask`.
enum AskOption {
  static let image = Option<String>(path: "--image", "FILE", help: "The image, prepared as --protocol says.")
  static let prefix = Option<String>(
    text: "--prefix", "TEXT", help: "What the answer begins with (default: the protocol's answer prefix).")
  static let maxTokens = Option<Int>(
    "--max-tokens", "N", in: 1...4096, help: "The most tokens of the answer (default 128).")
  static let temperature = Option<Double>("--temperature", "T", in: 0...5, help: "0 to 5; 0, the default, is greedy.")
  static let seed = Option<UInt32>("--seed", "N", in: 0...UInt32.max, help: "Seed of the random numbers (default 0).")
  static let json = Flag("--json", help: "Prints an object with the tokens of prompt and answer as well.")
}

let askCommand = CommandSpecification(
  name: "ask",
  summary: "Sends one prompt to the model and prints its answer.",
  usage: ["ask [options] PROMPT"],
  discussion: [
    "For trying prompts before they become a protocol. Without --image the model sees none, and --model needs no --mmproj. "
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
  let readingProtocol = try chosenProtocol(arguments)
  let limit = try arguments[AskOption.maxTokens] ?? 128
  let seed: UInt32 = try arguments[AskOption.seed] ?? 0
  let temperature = try arguments[AskOption.temperature] ?? 0
  let threads: Int? = try arguments[EngineOption.threads]
  let device = try chosenDevice(arguments)
  var sampling = Sampling.greedy(maxTokens: limit)
  if temperature > 0 { sampling = Sampling(temperature: temperature, maxTokens: limit) }
  let prompt = Prompt(
    text: arguments.positional[0], answerPrefix: try arguments[AskOption.prefix] ?? readingProtocol.answerPrefix)
  let dicom = try DICOMOptions(arguments, keepsRecord: false)
  let endpoint = try arguments.endpoint(of: "ask")
  let image = try arguments[AskOption.image].map { try ImageDecoder.decode(fileAt: $0, dicom: dicom) }
  let request = GenerationRequest(prompt: prompt, sampling: sampling, seed: seed)
  if let endpoint {
    let model = try await RemoteVisionLanguageModel(endpoint, readings: 1)
    let answer = try await answer(to: request, seeing: image, by: readingProtocol, model)
    return try show(answer, promptTokens: [], arguments, terminal)
  }
  let files = try filesToAsk(arguments, seeing: image != nil)
  let model = try LlamaVisionLanguageModel(
    EngineConfiguration(
      weights: files.weights, projector: files.projector, threads: threads, images: 1, answers: 1,
      demand: .init(longestPrompts: [prompt], longestAnswer: limit), device: device))

  let answer = try await answer(to: request, seeing: image, by: readingProtocol, model)
  await model.close()
  return try show(
    answer, promptTokens: model.promptTokens(of: prompt, afterImage: image != nil), arguments, terminal)
}

/// A model's answer, with an image before the prompt or without.
private func answer(
  to request: GenerationRequest, seeing image: DecodedImage?, by readingProtocol: ReadingProtocol,
  _ model: any VisionLanguageModel
) async throws -> Generation {
  var languageModel: any LanguageModel = model
  if let image {
    languageModel = try await model.encode(
      try ImagePreparer.prepare(
        image.image, as: readingProtocol.preparation, nativeSide: model.imageSide ?? 0))
  }
  var answer: Generation?
  for stream in try await languageModel.respond(to: [request]) {
    for try await event in stream {
      if case .finished(let generation) = event { answer = generation }
    }
  }
  guard let answer else { throw EngineFault.closed }
  return answer
}

/// Prints an answer; gives the exit status.
private func show(
  _ answer: Generation, promptTokens: [Int32], _ arguments: ParsedArguments, _ terminal: Terminal
) throws -> Int32 {
  guard arguments[AskOption.json] else {
    try terminal.print(answer.text.trimmingCharacters(in: .whitespaces))
    return 0
  }
  try terminal.print(
    OrderedJSON.line(
      AskedAnswer(promptTokens: promptTokens, tokens: answer.tokens, text: answer.text, stop: answer.stopReason)))
  return 0
}

/// The weights and projector to ask; without an image, the text model needs no projector.
private func filesToAsk(
  _ arguments: ParsedArguments, seeing: Bool
) throws -> (weights: String, projector: String?) {
  let weights = try arguments[EngineOption.model]
  let projector = try arguments[EngineOption.projector]
  if !seeing, let weights, projector == nil { return (weights, nil) }
  let location = try ModelLocation.chosen(weights: weights, projector: projector)
  return (location.weights, location.projector)
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
