import Digests
import JSON
import TextOutput
import VisionLanguage

/// How an image is read: a versioned document, validated before use.
///
/// `Protocols/protocol.schema.json` describes the documents to other programs; this type checks all that it says, and
/// beyond it what refers from one part to another (a rule to a question, a synonym to a value, a prompt to its places).
///
/// ```swift
/// import Dermoscopy
/// import Foundation
///
/// let builtin = try ReadingProtocol.builtin(named: "seed")
/// print(builtin.questions.map(\.prompt))
///
/// let document = Array(try Data(contentsOf: URL(fileURLWithPath: "mine.json")))
/// let mine = try ReadingProtocol(json: document, name: "mine.json")
/// print(mine.id, mine.version, mine.digest)
/// ```
public struct ReadingProtocol: Sendable, Hashable {
  /// The document's name for itself: "seed".
  public let id: String
  /// The document's version: "1.0.0".
  public let version: String
  /// One line for people.
  public let title: String
  /// SHA-256 of the document's bytes.
  public let digest: SHA256Digest
  /// How an image is prepared.
  public let preparation: ImagePreparation
  /// The beginning of each of the model's turns.
  public let answerPrefix: String
  /// The sampling settings.
  public let sampling: ProtocolSampling
  /// Phase 1, in order; may be empty.
  public let questions: [Question]
  /// Phase 2; `nil` for none.
  public let review: Review?
  /// Phase 3.
  public let classification: Classification
  /// Refusal phrases, lower case.
  public let refusals: [String]
  /// Whether answers to questions, and the code that is written, are held to their words.
  public let isConstrained: Bool

  /// Reads and checks a document.
  ///
  /// - Parameters:
  ///   - json: the file's bytes.
  ///   - name: what a fault calls the document.
  /// - Throws: ``ProtocolFault`` with the first thing that is wrong, and where.
  public init(json: [UInt8], name: String) throws(ProtocolFault) {
    guard json.count <= ProtocolLimits.documentBytes else {
      throw ProtocolFault(
        name: name, place: "", message: "has \(json.count) bytes, more than \(ProtocolLimits.documentBytes)")
    }
    let value: JSONValue
    do {
      value = try JSONParser.parse(json, deepest: ProtocolLimits.nesting)
    } catch {
      throw ProtocolFault(name: name, place: "line \(error.line), column \(error.column)", message: error.message)
    }
    let root = DocumentNode(value: value, document: name, place: "")
    try self.init(root, digest: SHA256Digest(of: json))
  }

  private init(_ root: DocumentNode, digest: SHA256Digest) throws(ProtocolFault) {
    let format = try root.object().required("schema")
    guard format.value == .string(ProtocolLimits.schema) else {
      throw format.fault("must be \(Quoted(ProtocolLimits.schema))")
    }
    let object = try root.object(knowing: [
      "$schema", "schema", "id", "version", "title", "image", "answer_prefix", "sampling", "questions", "review",
      "classification", "refusals", "constrained",
    ])
    _ = try object.optional("$schema")?.line(ProtocolLimits.titleLength)
    self.digest = digest
    id = try object.required("id").identifier()
    version = try object.required("version").identifier()
    title = try object.required("title").line(ProtocolLimits.titleLength)
    preparation = try ImagePreparation(try object.required("image"))
    answerPrefix = try object.required("answer_prefix").prompt(ProtocolLimits.answerPrefixLength)
    refusals = try object.required("refusals").words()
    isConstrained = try object.optional("constrained")?.truth() ?? false

    let list = try object.required("questions")
    questions = try list.elements(ProtocolLimits.questions).map { node throws(ProtocolFault) in try Question(node) }
    try list.checkDistinct(questions.map(\.id), what: "question")

    if let node = object.optional("review") {
      review = try Review(node, hasQuestions: !questions.isEmpty)
    } else {
      review = nil
    }
    let last = try object.required("classification")
    classification = try Classification(last, questions: questions, hasReview: review != nil)
    sampling = try ProtocolSampling(try object.required("sampling"))
    try checkPhases(object, list: list, last: last)
  }

  /// Each phase has its sampling, and the last has input.
  private func checkPhases(_ object: DocumentObject, list: DocumentNode, last: DocumentNode) throws(ProtocolFault) {
    let settings = try object.required("sampling")
    if !questions.isEmpty, sampling.observation == nil {
      throw settings.fault("the key \"observation\" is missing; there are questions")
    }
    if review != nil, sampling.review == nil {
      throw settings.fault("the key \"review\" is missing; there is a review")
    }
    if classification.method == .scored {
      guard questions.isEmpty else { throw list.fault("must be empty where the classification is scored") }
      guard review == nil else {
        throw root(object, "review").fault("must not be there where the classification is scored")
      }
    } else {
      guard sampling.classification != nil else { throw settings.fault("the key \"classification\" is missing") }
      guard !questions.isEmpty || review != nil else {
        throw last.fault("needs questions or a review to go by, or the method scored")
      }
    }
  }

  private func root(_ object: DocumentObject, _ key: String) -> DocumentNode { object.optional(key) ?? object.node }
}
