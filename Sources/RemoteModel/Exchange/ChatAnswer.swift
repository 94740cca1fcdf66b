import JSON
import TextOutput
import VisionLanguage

/// A token with how probable it was.
struct TokenAlternative: Sendable, Hashable {
  /// The token's text in UTF-8; may end inside a character.
  var bytes: [UInt8]
  /// Natural logarithm of its probability.
  var logProbability: Double
}

/// What a server has answered to one request so far.
struct ChatAnswer: Sendable {
  /// The text; thinking is not part of it.
  private(set) var text = ""
  /// The token at each place of the answer with the alternatives to it; empty where the server gave none.
  private(set) var alternatives: [(chosen: TokenAlternative, others: [TokenAlternative])] = []
  private(set) var stopReason: StopReason?
  private(set) var promptTokens: Int?
  private(set) var cachedTokens: Int?
  private(set) var generatedTokens: Int?
  /// Pieces of text and of thinking that came.
  private(set) var pieces = 0
  private(set) var model: String?
  private let host: String

  init(host: String) { self.host = host }

  private func wrong(_ reason: String) -> RemoteFault { .wrongAnswer(host: host, reason: reason) }

  /// Takes a chunk of a stream, or a whole answer.
  ///
  /// - Returns: the text that it adds.
  /// - Throws: `RemoteFault.wrongAnswer`, `.refused` for an error that the server reports in the middle.
  mutating func take(_ json: [UInt8]) throws(RemoteFault) -> String {
    let value: JSONValue
    do {
      value = try JSONParser.parse(json, deepest: 32)
    } catch {
      throw .garbled(host: host, reason: "sent what is not JSON")
    }
    guard case .object = value else { throw wrong("sent \(value.sort) where an object was due") }
    if let error = value["error"]?.present { throw ServerError(error).fault(host: host, status: 500) }
    if model == nil, let name = value["model"]?.string, !name.isEmpty { model = name }
    takeUsage(value["usage"]?.present)
    guard let choices = value["choices"]?.present?.elements else {
      if value["usage"]?.present != nil { return "" }
      throw wrong("sent an answer without choices")
    }
    guard choices.count <= 1 else { throw wrong("sent \(choices.count) choices where one was asked for") }
    guard let choice = choices.first else { return "" }
    return try take(choice: choice)
  }

  private mutating func take(choice: JSONValue) throws(RemoteFault) -> String {
    let message = choice["delta"]?.present ?? choice["message"]?.present
    let calls = message?["tool_calls"]?.present?.elements ?? []
    guard calls.isEmpty, message?["function_call"]?.present == nil else {
      throw wrong("called a tool instead of answering")
    }
    let thinking = message?["reasoning_content"]?.string ?? message?["reasoning"]?.string ?? ""
    let piece = try Self.content(of: message?["content"], wrong)
    if !piece.isEmpty || !thinking.isEmpty {
      guard stopReason == nil else { throw wrong("went on after the end of its answer") }
      pieces += 1
      text += piece
    }
    takeAlternatives(choice["logprobs"]?.present)
    if let reason = choice["finish_reason"]?.present?.string {
      switch reason {
      case "stop", "eos", "eos_token": stopReason = .endOfTurn
      case "length": stopReason = .tokenLimit
      case "content_filter": throw wrong("withheld the answer (content filter)")
      case "tool_calls", "function_call": throw wrong("called a tool instead of answering")
      default: throw wrong("ended its answer for an unknown reason (\(Sanitizer.line(String(reason.prefix(40)))))")
      }
    }
    return piece
  }

  /// Text, or a list of parts of which the texts count.
  private static func content(
    of value: JSONValue?, _ wrong: (String) -> RemoteFault
  ) throws(RemoteFault) -> String {
    switch value {
    case nil, .null?: return ""
    case .string(let text)?: return text
    case .array(let parts)?: return parts.compactMap { $0["text"]?.string }.joined()
    case let other?: throw wrong("sent \(other.sort) as its text")
    }
  }

  private mutating func takeUsage(_ usage: JSONValue?) {
    guard let usage else { return }
    func count(_ value: JSONValue?) -> Int? { value?.integer.flatMap { (0...10_000_000).contains($0) ? $0 : nil } }
    promptTokens = count(usage["prompt_tokens"]) ?? promptTokens
    generatedTokens = count(usage["completion_tokens"]) ?? generatedTokens
    cachedTokens = count(usage["prompt_tokens_details"]?.present?["cached_tokens"]) ?? cachedTokens
  }

  private mutating func takeAlternatives(_ logprobs: JSONValue?) {
    for place in logprobs?["content"]?.present?.elements ?? [] {
      guard let chosen = Self.alternative(place) else { continue }
      let others = place["top_logprobs"]?.present?.elements ?? []
      alternatives.append((chosen, others.compactMap(Self.alternative)))
    }
  }

  private static func alternative(_ value: JSONValue) -> TokenAlternative? {
    guard let logProbability = value["logprob"]?.double, logProbability <= 1e-6, let token = value["token"]?.string
    else { return nil }
    // `bytes` is exact where a token is half a character.
    let bytes = value["bytes"]?.present?.elements?.compactMap { $0.integer.flatMap(UInt8.init(exactly:)) }
    return TokenAlternative(bytes: bytes ?? Array(token.utf8), logProbability: min(logProbability, 0))
  }

  /// Takes the beginning out that the request gave: in a whole answer, llama-server repeats it.
  mutating func drop(beginning: String?) {
    if let beginning, text.hasPrefix(beginning) { text = String(text.dropFirst(beginning.count)) }
  }

  /// The finished answer.
  ///
  /// - Throws: `RemoteFault` when it is not whole, or more came than the server says that it wrote.
  func finished(asked: String) throws(RemoteFault) -> Generation {
    guard let stopReason else { throw .interrupted(host: host) }
    if let model, !Self.isSame(model, asked) { throw .otherModel(host: host, asked: asked, answered: model) }
    if let generatedTokens, pieces > generatedTokens + 1 {
      throw .garbled(host: host, reason: "sent \(pieces) pieces of an answer of \(generatedTokens) tokens")
    }
    let cached = min(cachedTokens ?? 0, promptTokens ?? 0)
    return Generation(
      text: text, generatedTokens: generatedTokens ?? pieces, promptTokens: (promptTokens ?? 0) - cached,
      sharedPromptTokens: cached, stopReason: stopReason)
  }

  /// A server may add a version or tag to the name that it was asked for. llama-cpp-python's tells the path of the weights instead,
  /// which has nothing to do with the name.
  static func isSame(_ answered: String, _ asked: String) -> Bool {
    func last(_ name: String) -> Substring { name.split(separator: "/").last ?? "" }
    if answered.hasSuffix(".gguf"), answered.contains("/") { return true }
    return answered == asked || last(answered) == last(asked) || answered.hasPrefix(asked + "-")
      || answered.hasPrefix(asked + ":")
  }
}

/// What a server says about its refusal, in any of the usual shapes.
struct ServerError {
  private let value: JSONValue
  private static let longest = 200

  init(_ value: JSONValue) { self.value = value }

  /// From the body of a refusal; nothing from a page of HTML.
  init(body: [UInt8]) {
    let parsed = try? JSONParser.parse(body, deepest: 32)
    value = parsed.map { $0["error"]?.present ?? $0["detail"]?.present ?? $0["message"]?.present ?? $0 } ?? .null
  }

  /// One line, at most 200 characters.
  var message: String {
    let text = value.string ?? value["message"]?.string ?? value["msg"]?.string ?? value.elements?.first?["msg"]?.string
    let line = Sanitizer.line(text ?? "")
    return line.count > Self.longest ? line.prefix(Self.longest) + "…" : line
  }

  func fault(host: String, status: Int) -> RemoteFault {
    .refused(
      host: host, status: value["code"]?.integer.flatMap { (400...599).contains($0) ? $0 : nil } ?? status,
      message: message)
  }
}
