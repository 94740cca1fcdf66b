import Foundation
import JSON
import VisionLanguage

/// What every request about a picture begins with, to the byte: so that a server can reuse what it has read of it.
struct PictureMessage: Sendable {
  /// `{"type":"image_url",…}`.
  let part: [UInt8]
  /// What stands between the picture and the question.
  let wordsAfter: String

  /// - Parameters:
  ///   - png: a PNG file's bytes.
  ///   - words: what the model was trained to see around a picture, where the server leaves it out.
  init(png: [UInt8], words: (before: String, after: String) = ("", "")) {
    let before = words.before.isEmpty ? "" : Self.textPart(words.before) + ","
    let head = before + #"{"type":"image_url","image_url":{"url":"data:image/png;base64,"#
    part = Array(head.utf8) + Array(Data(png).base64EncodedData()) + Array(#""}}"#.utf8)
    wordsAfter = words.after
  }

  static func textPart(_ text: String) -> String { #"{"type":"text","text":\#(JSONValue.string(text).text)}"# }
}

/// One request to `/chat/completions`, in bytes.
struct ChatRequest: Sendable {
  var model: String
  var picture: PictureMessage?
  var text: String
  /// What the answer begins with; `nil` where the server cannot be given it.
  var answerPrefix: String?
  var sampling: Sampling
  var seed: UInt32
  /// How many alternatives to each token are wanted; `nil` for none.
  var alternatives: Int?
  var streams = true
  var dialect: Dialect
  /// The grammar that the answer is held to; `nil` for none.
  var grammar: String?

  /// The body. The picture, if any, comes first, and everything before its end is the same in every request about it.
  var body: [UInt8] {
    var bytes = Array(#"{"model":\#(JSONValue.string(model).text),"messages":[{"role":"user","content":"#.utf8)
    if let picture {
      let question = PictureMessage.textPart(picture.wordsAfter + text)
      bytes += Array("[".utf8) + picture.part + Array(",\(question)]}".utf8)
    } else {
      bytes += Array("\(JSONValue.string(text).text)}".utf8)
    }
    var rest = ""
    if let answerPrefix {
      rest += #",{"role":"assistant","content":\#(JSONValue.string(answerPrefix).text)}"#
    }
    rest += "]"
    for member in settings { rest += ",\(JSONValue.string(member.key).text):\(member.value.text)" }
    bytes += Array((rest + "}").utf8)
    return bytes
  }

  private var settings: [JSONMember] {
    func number(_ value: some CustomStringConvertible) -> JSONValue { .number(value.description) }
    var all: [JSONMember] = []
    func add(_ key: String, _ value: JSONValue) { all.append(JSONMember(key: key, value: value)) }
    if answerPrefix != nil {
      // The message that ends the list is the beginning of the answer: vLLM's and SGLang's names, which others skip.
      add("add_generation_prompt", .bool(false))
      add("continue_final_message", .bool(true))
    }
    add("max_tokens", number(sampling.maxTokens))
    add("temperature", number(sampling.temperature))
    if sampling.temperature > 0 {
      add("top_p", number(sampling.topP))
      for member in dialect.settings(sampling) { add(member.key, member.value) }
    }
    add("seed", number(seed))
    if let alternatives {
      add("logprobs", .bool(true))
      add("top_logprobs", number(alternatives))
    }
    for member in dialect.always { add(member.key, member.value) }
    if let grammar, let member = dialect.holding(to: grammar) { add(member.key, member.value) }
    add("stream", .bool(streams))
    if streams {
      add("stream_options", .object([JSONMember(key: "include_usage", value: .bool(true))]))
    }
    return all
  }
}

/// What a server understands beyond OpenAI's own fields.
enum Dialect: String, Sendable {
  /// llama-server, and what is built on it.
  case llamaCpp
  /// llama-cpp-python's server, which takes a grammar beside OpenAI's own fields.
  case llamaCppPython
  /// vLLM.
  case vllm
  /// SGLang, which has vLLM's names for sampling.
  case sglang
  /// Only OpenAI's own.
  case plain

  /// Whether it takes no sampling settings beyond OpenAI's.
  private var isPlain: Bool { self == .plain || self == .llamaCppPython }

  /// Alternatives to a token that may be asked for: 20 is OpenAI's and vLLM's limit.
  var alternatives: Int { self == .llamaCpp ? 256 : 20 }

  /// The sampling that takes effect there.
  ///
  /// No repeat penalty: servers apply theirs to the prompt's tokens too, which would push a model away from the very words
  /// that it is asked to choose from.
  func effective(_ sampling: Sampling) -> Sampling {
    var effective = sampling
    effective.repeatPenalty = 1
    if isPlain { (effective.topK, effective.minP) = (0, 0) }
    return effective
  }

  func settings(_ sampling: Sampling) -> [JSONMember] {
    guard !isPlain else { return [] }
    // For vLLM, all tokens are -1.
    let topK = sampling.topK == 0 && [.vllm, .sglang].contains(self) ? -1 : sampling.topK
    return [
      JSONMember(key: "top_k", value: .number("\(topK)")), JSONMember(key: "min_p", value: .number("\(sampling.minP)")),
    ]
  }

  /// How an answer is held to a grammar (GBNF) there; `nil` where it cannot be.
  func holding(to grammar: String) -> JSONMember? {
    let text = JSONValue.string(grammar)
    return switch self {
    case .llamaCpp, .llamaCppPython: JSONMember(key: "grammar", value: text)
    case .vllm: JSONMember(key: "structured_outputs", value: .object([JSONMember(key: "grammar", value: text)]))
    case .sglang: JSONMember(key: "ebnf", value: text)
    case .plain: nil
    }
  }

  /// What every request there has.
  ///
  /// vLLM and SGLang take what a request leaves out from the model's own `generation_config.json`, a repeat penalty too.
  var always: [JSONMember] {
    switch self {
    case .llamaCpp:
      [JSONMember(key: "cache_prompt", value: .bool(true)), JSONMember(key: "repeat_penalty", value: .number("1"))]
    case .vllm, .sglang: [JSONMember(key: "repetition_penalty", value: .number("1"))]
    case .llamaCppPython, .plain: []
    }
  }
}
