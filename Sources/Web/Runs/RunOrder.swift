import AuditStatistics

/// What a client asked for: a validation or an audit, and of which images.
struct RunOrder: Sendable, Hashable, Codable {
  enum Kind: String, Sendable, Codable {
    case validation, audit
  }

  var kind: Kind
  /// An uploaded folder; `nil` for the images that the server was started with.
  var folder: String?
  /// The most images.
  var limit: Int?
  var seed: UInt64
  /// The families of an audit's arms; none of a validation.
  var families: [String]
  /// Whether an audit is a quick one.
  var isQuick: Bool
  /// Whether an audit is only planned: nothing is written.
  var isPlan: Bool

  enum CodingKeys: String, CodingKey {
    case kind, folder, limit, seed, families
    case isQuick = "quick"
    case isPlan = "plan"
  }

  /// The body of a request.
  private struct Body: Decodable {
    var kind: String
    var folder: String?
    var limit: Int?
    var seed: UInt64?
    var families: [String]?
    var quick: Bool?
    var plan: Bool?
  }

  /// Reads a body.
  ///
  /// - Throws: `Problem` 400, 422.
  init(body bytes: [UInt8], limits: ServerLimits) throws(Problem) {
    let body = try StrictJSON.decode(
      Body.self, from: bytes, keys: ["kind", "folder", "limit", "seed", "families", "quick", "plan"])
    guard let kind = Kind(rawValue: body.kind) else {
      throw .unprocessable("bad_body", "kind must be validation or audit.")
    }
    if let limit = body.limit, !limits.runImages.contains(limit) {
      throw .unprocessable(
        "bad_body",
        "limit must be a whole number from \(limits.runImages.lowerBound) to \(limits.runImages.upperBound).")
    }
    let known = AuditFamily.allCases.map(\.rawValue)
    if kind == .validation, body.families != nil || body.quick != nil || body.plan != nil {
      throw .unprocessable("bad_body", "families, quick and plan are an audit's; a validation has none of them.")
    }
    if let unknown = body.families?.first(where: { !known.contains($0) }) {
      throw .unprocessable("bad_body", "\(unknown) is no family; there are \(known.joined(separator: ", ")).")
    }
    if let families = body.families, families.isEmpty {
      throw .unprocessable("bad_body", "families names none; there are \(known.joined(separator: ", ")).")
    }
    self.kind = kind
    (folder, limit, seed) = (body.folder, body.limit, body.seed ?? 0)
    families = kind == .audit ? known.filter { body.families?.contains($0) ?? true } : []
    isQuick = kind == .audit && body.quick ?? true
    isPlan = body.plan ?? false
  }
}
