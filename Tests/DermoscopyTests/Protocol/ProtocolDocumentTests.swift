@testable import Dermoscopy
import Faults
import JSON
import Testing

/// A document that must be refused: a built-in one with something put in a place.
struct BadDocument: CustomTestStringConvertible, Sendable {
  var base = "seed"
  let place: String
  let json: String?
  let fault: String
  /// Whether the JSON Schema sees it too.
  var schemaSees = true
  var testDescription: String { "\(base) \(place) \((json ?? "left out").prefix(60))" }

  init(_ place: String, _ json: String?, _ fault: String, in base: String = "seed", schemaSees: Bool = true) {
    (self.place, self.json, self.fault, self.base, self.schemaSees) = (place, json, fault, base, schemaSees)
  }
}

private let long = String(repeating: "a", count: 20_001)

private let bad: [BadDocument] = [
  .init("schema", "\"dermgemma-protocol/2\"", "schema: must be \"dermgemma-protocol/1\""),
  .init("schema", nil, "the key \"schema\" is missing"),
  .init("extra", "1", "unknown key \"extra\"; known are $schema, schema, id,"),
  .init("id", "\"\"", "id: must not be empty"),
  .init("id", "\"../x\"", "id: \"../x\" is not a name of letters"),
  .init("id", "7", "id: must be a string, not a number"),
  .init("id", nil, "the key \"id\" is missing"),
  .init("version", "1.0", "version: must be a string, not a number"),
  .init("title", "\"a\\nb\"", "title: has the control character U+A"),
  .init("title", "\"a\\u0000\"", "title: has the control character U+0"),
  .init("title", "null", "title: must be a string, not null"),
  .init("image", "{}", "image: the key \"preparation\" is missing"),
  .init("image.preparation", "\"crop\"", "image.preparation: \"crop\" is not one of native, resize"),
  .init("image.preparation", "\"native\"", "image: unknown key \"width\"; known are preparation"),
  .init("image.width", "15", "image.width: 15 is not between 16 and 4096"),
  .init("image.width", "4097", "image.width: 4097 is not between 16 and 4096"),
  .init("image.width", "100.5", "image.width: 100.5 is not a whole number"),
  .init("image.height", "\"224\"", "image.height: must be a number, not a string"),
  .init("image.contrast", "-1", "image.contrast: -1 is not between 0 and 10"),
  .init("image.contrast", "1e400", "image.contrast: 1e400 is not between 0 and 10"),
  .init("image.contrast", nil, "image: the key \"contrast\" is missing"),
  .init("answer_prefix", "\"\(long.prefix(201))\"", "answer_prefix: has 201 characters, more than 200"),
  .init("sampling.source", "\"weights\"", "sampling.source: \"weights\" is not one of explicit, model"),
  .init("sampling.observation", nil, "sampling: the key \"observation\" is missing; there are questions"),
  .init("sampling.review", nil, "sampling: the key \"review\" is missing; there is a review"),
  .init("sampling.classification", nil, "sampling: the key \"classification\" is missing"),
  .init("sampling.review.temperature", "7", "sampling.review.temperature: 7 is not between 0 and 2"),
  .init("sampling.review.temprature", "1", "sampling.review: unknown key \"temprature\"; known are temperature,"),
  .init("sampling.review.top_k", "-1", "sampling.review.top_k: -1 is not between 0 and 100000"),
  .init("sampling.review.top_p", "0", "sampling.review.top_p: 0 is not between 0.001 and 1"),
  .init("sampling.review.min_p", "1.1", "sampling.review.min_p: 1.1 is not between 0 and 1"),
  .init("sampling.review.repeat_penalty", "0", "sampling.review.repeat_penalty: 0 is not between 0.1 and 10"),
  .init("sampling.review.repeat_window", "99999", "sampling.review.repeat_window: 99999 is not between 0 and 4096"),
  .init("sampling.review.max_tokens", "0", "sampling.review.max_tokens: 0 is not between 1 and 4096"),
  .init("sampling.review.max_tokens", "1e99", "sampling.review.max_tokens: 1e99 is not between 1 and 4096"),
  .init("sampling.review.max_tokens", "true", "sampling.review.max_tokens: must be a number, not true or false"),
  .init("sampling.review.max_tokens", nil, "sampling.review: the key \"max_tokens\" is missing"),
  .init("questions", "{}", "questions: must be an array, not an object"),
  .init("questions", nil, "the key \"questions\" is missing"),
  .init("questions[1]", "[]", "questions[1]: must be an object, not an array"),
  .init(
    "questions[1].id", "\"Architecture\"", "questions: there are two questions \"Architecture\"", schemaSees: false),
  .init("questions[1].id", "\"a b\"", "questions[1].id: \"a b\" is not a name"),
  .init("questions[1].label", "\"\"", "questions[1].label: must not be empty"),
  .init("questions[1].prompt", "\"\(long)\"", "questions[1].prompt: has 20001 characters, more than 20000"),
  .init("questions[1].prompt", "\"So {observations}\"", "questions[1].prompt: {observations} cannot be filled here"),
  .init("questions[1].prompt", "\"\\u001b[2J\"", "questions[1].prompt: has the control character U+1B"),
  .init("questions[2].answer.values", "[]", "questions[2].answer.values: must have at least one entry"),
  .init("questions[2].answer.values[0]", "\"Dots\"", "questions[2].answer.values[0]: \"Dots\" must be lower case"),
  .init("questions[2].answer.values[0]", "\"a, b\"", "questions[2].answer.values[0]: \"a, b\" must not have a comma"),
  .init("questions[2].answer.values[0]", "\" a\"", "questions[2].answer.values[0]: \" a\" must not begin or end"),
  .init("questions[2].answer.values[0]", "\"globules\"", "questions[2].answer.values[1]: occurs twice in the list"),
  .init("questions[2].answer.kind", "\"some\"", "questions[2].answer.kind: \"some\" is not one of one, yes_no, many"),
  .init("questions[2].answer.kind", "\"one\"", "questions[2].answer.none: is only for answers of the kind many"),
  .init("questions[2].answer.none", "\"no\"", "questions[2].answer.none: \"no\" is not among", schemaSees: false),
  .init("questions[1].answer.values", "[\"no\", \"yes\"]", "questions[1].answer.values: must be [\"yes\", \"no\"]"),
  .init(
    "questions[0].answer.synonyms.circle", "\"square\"",
    "questions[0].answer.synonyms.circle: \"square\" is not among the values", schemaSees: false),
  .init(
    "questions[0].answer.synonyms.oval", "\"round\"", "questions[0].answer.synonyms.oval: \"oval\" is a value itself",
    schemaSees: false),
  .init("questions[0].answer.synonyms", "{\"Circle\": \"round\"}", "synonyms.Circle: \"Circle\" must be lower case"),
  .init("review", "null", "review: must be an object, not null"),
  .init("review.prompt", "\"Compare.\"", "review.prompt: must have the place {observations}"),
  .init(
    "review.prompt", "\"{observations} {description}\"",
    "review.prompt: {description} cannot be filled here; {observations} can"),
  .init("review.prompt", "\"{observations} {findings}\"", "review.prompt: {findings} cannot be filled here"),
  .init("review.comparison_words", "\"match\"", "review.comparison_words: must be an array, not a string"),
  .init("review.comparison_words[0]", "1", "review.comparison_words[0]: must be a string, not a number"),
  .init("classification.method", "\"vote\"", "classification.method: \"vote\" is not one of model, rules, scored"),
  .init("classification.method", "\"rules\"", "classification: the key \"rules\" is missing"),
  .init("classification.method", "\"scored\"", "classification: unknown key \"fallback\""),
  .init("classification.rules", "[]", "classification: unknown key \"rules\"; known are method, codes, fallback"),
  .init("classification.codes[0]", "\"SCC\"", "classification.codes[0]: \"SCC\" is not one of MEL, NV, BCC, BKL"),
  .init("classification.codes", "[\"NV\"]", "classification.codes: must have at least 2 entries"),
  .init("classification.codes", "[\"NV\", \"NV\"]", "classification.codes[1]: occurs twice in the list"),
  .init(
    "classification.codes", "[\"MEL\", \"BCC\"]", "classification.fallback: NV is not among the codes",
    schemaSees: false),
  .init("classification.fallback", nil, "classification: the key \"fallback\" is missing"),
  .init("classification.prompt", "\"{observations}\"", "classification.prompt: must have the place {description}"),
  .init("classification.prompt", "\"{description}\"", "classification.prompt: must have the place {observations}"),
  .init("refusals", "[\"\"]", "refusals[0]: must not be empty"),
  .init("classification.rules", "[]", "classification.rules: must have at least one entry", in: "extended"),
  .init(
    "classification.rules[0].when", "{\"Hair\": [\"yes\"]}",
    "classification.rules[0].when.Hair: there is no question \"Hair\"", in: "extended", schemaSees: false),
  .init(
    "classification.rules[0].when.Keratosis[0]", "\"perhaps\"",
    "classification.rules[0].when.Keratosis[0]: \"perhaps\" is not among the question's values", in: "extended",
    schemaSees: false),
  .init(
    "classification.rules[0].when", "{}", "classification.rules[0].when: must have at least one entry", in: "extended"),
  .init("classification.rules[0].code", "\"AK\"", "classification.rules[0].code: \"AK\" is not one of", in: "extended"),
  .init(
    "classification.rules[1].id", "\"keratosis-signs\"", "classification.rules: there are two rules", in: "extended",
    schemaSees: false),
  .init("classification.choices", "[]", "classification.choices: must have at least one entry", in: "extended"),
  .init("classification.prompt", "\"{description}\"", "classification.prompt: {description} cannot", in: "direct"),
  .init("classification.method", "\"model\"", "the key \"fallback\" is missing", in: "direct"),
]

@Suite struct ProtocolDocumentTests {
  @Test(arguments: bad)
  func `a document with a fault is refused, with the place and the fault`(_ bad: BadDocument) throws {
    let json = try document([(bad.place, bad.json)], in: bad.base)
    #expect {
      try ReadingProtocol(json: json, name: "mine.json")
    } throws: { error in
      let fault = try #require(error as? ProtocolFault)
      #expect(fault.kind == .unusableInput)
      #expect(!fault.description.contains("\n"))
      let expected = "protocol mine.json: "
      #expect(fault.description.hasPrefix(expected) && fault.description.contains(bad.fault), "\(fault)")
      return true
    }
    #expect(try SchemaValidator().accepts(JSONParser.parse(json, deepest: 32)) == !bad.schemaSees)
  }

  static let good: [(String, [(String, String?)])] = [
    ("seed", []), ("extended", []), ("direct", []),
    ("seed", [("$schema", "\"protocol.schema.json\"")]),
    ("seed", [("sampling.review.max_tokens", "2.56e2")]),
    ("seed", [("sampling.review.temperature", "0")]),
    ("seed", [("answer_prefix", "\"\"")]),
    ("seed", [("questions[1].prompt", "\"Reply as {\\\"network\\\": true}, ü 皮膚\"")]),
    ("seed", [("review", nil), ("classification.prompt", "\"{observations}\"")]),
    ("seed", [("questions", "[]"), ("review.prompt", "\"Look.\""), ("classification.prompt", "\"{description}\"")]),
    ("seed", [("classification.codes", "[\"NV\", \"MEL\"]")]),
    ("extended", [("classification.rules[0].when.Keratosis", "[\"yes\", \"unclear\"]")]),
    ("direct", [("sampling", "{\"source\": \"explicit\"}")]),
    ("direct", [("image", "{\"preparation\": \"resize\", \"width\": 16, \"height\": 4096, \"contrast\": 0}")]),
  ]

  @Test(arguments: good.indices)
  func `a sound document is taken, and the schema takes it too`(index: Int) throws {
    let (base, edits) = Self.good[index]
    let json = try document(edits, in: base)
    _ = try ReadingProtocol(json: json, name: "mine.json")
    #expect(try SchemaValidator().accepts(JSONParser.parse(json, deepest: 32)))
  }

  @Test func `a scored classification takes no phases before it`() throws {
    let question = #"{"id": "A", "label": "A", "prompt": "A?", "answer": {"kind": "yes_no", "values": ["yes", "no"]}}"#
    let review = #"{"prompt": "Look.", "comparison_words": [], "additional_words": []}"#
    let settings = #"""
      {"temperature": 0, "top_k": 0, "top_p": 1, "min_p": 0, "repeat_penalty": 1, "repeat_window": 0, "max_tokens": 8}
      """#
    for (edits, fault) in [
      ([("questions", "[\(question)]"), ("sampling.observation", settings)], "questions: must be empty"),
      ([("review", review), ("sampling.review", settings)], "review: must not be there"),
    ] {
      let json = try document(edits, in: "direct")
      #expect { try ReadingProtocol(json: json, name: "x") } throws: { "\($0)".contains(fault) }
      #expect(try !SchemaValidator().accepts(JSONParser.parse(json, deepest: 32)))
    }
  }

  @Test func `a written code needs something to go by`() throws {
    let json = try document([("questions", "[]"), ("review", nil), ("classification.prompt", "\"Guess.\"")])
    #expect { try ReadingProtocol(json: json, name: "x") } throws: { "\($0)".contains("needs questions or a review") }
    #expect(try !SchemaValidator().accepts(JSONParser.parse(json, deepest: 32)))
  }

  @Test func `too many questions are refused`() throws {
    let question = { (number: Int) in
      #"{"id": "Q\#(number)", "label": "A", "prompt": "A?", "answer": {"kind": "yes_no", "values": ["yes", "no"]}}"#
    }
    let all = (0..<65).map(question).joined(separator: ",")
    let json = try document([("questions", "[\(all)]")])
    #expect { try ReadingProtocol(json: json, name: "x") } throws: { "\($0)".contains("has 65 entries, more than 64") }
  }
}
