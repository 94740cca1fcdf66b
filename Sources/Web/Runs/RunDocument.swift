import Foundation

/// A run as it is stored in its folder and told to clients.
struct RunDocument: Sendable, Codable {
  /// The file's name in a run's folder.
  static let fileName = "run.json"
  /// Remarks that are kept.
  private static let mostRemarks = 20

  enum Status: String, Sendable, Codable {
    case running, done, error, cancelled
    /// The server ended before it was done.
    case interrupted

    /// Whether it may be continued; what is done stays done.
    var canResume: Bool { self != .running && self != .done }
  }

  /// What is being done.
  enum Stage: String, Sendable, Codable {
    case starting, measuring, reading, writing
    case lookingThrough = "looking_through"
  }

  struct Progress: Sendable, Hashable, Codable {
    var stage = Stage.starting
    /// Images that are done, and those that there are.
    var done = 0
    var total = 0
    /// Images that could not be read.
    var failed = 0
    /// The share of the work that is done, 0 to 1.
    var share = 0.0
    /// Images per second of a validation, questions per second of an audit.
    var rate: Double?
    var secondsLeft: Double?

    enum CodingKeys: String, CodingKey {
      case stage, done, total, failed, share, rate
      case secondsLeft = "seconds_left"
    }
  }

  struct Failure: Sendable, Hashable, Codable {
    /// A word for programs.
    var reason: String
    /// One sentence.
    var message: String
  }

  /// The name of its folder, and of its results.
  let id: String
  let order: RunOrder
  let created: String
  var status = Status.running
  var finished: String?
  var progress = Progress()
  /// What a reader should know of images and labels, one sentence each.
  private(set) var remarks: [String] = []
  var plan: RunPlan?
  var failure: Failure?

  enum CodingKeys: String, CodingKey {
    case id, order, created, status, finished, progress, remarks, plan
    case failure = "error"
  }

  init(id: String, _ order: RunOrder) {
    (self.id, self.order) = (id, order)
    created = Date().formatted(.iso8601)
  }

  mutating func remark(_ text: String) {
    if remarks.count < Self.mostRemarks, !remarks.contains(text) { remarks.append(text) }
  }
}

/// What clients are told of a run: where its files are, besides.
struct RunAnswer: Encodable {
  let document: RunDocument
  let base: BasePath

  private enum CodingKeys: String, CodingKey {
    case canResume = "can_resume"
    case results
  }

  private struct Results: Encodable {
    var name: String
    var report: String
    var figures: String
  }

  func encode(to encoder: any Encoder) throws {
    try document.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(document.status.canResume && !document.order.isPlan, forKey: .canResume)
    guard document.status == .done, !document.order.isPlan else { return }
    let isAudit = document.order.kind == .audit
    let place = "/api/\(isAudit ? "audits" : "validations")/\(document.id)/"
    try container.encode(
      Results(
        name: document.id, report: base.address(place + (isAudit ? "audit.html" : "report.html")),
        figures: base.address(place + (isAudit ? "audit.json" : "summary.json"))), forKey: .results)
  }
}
