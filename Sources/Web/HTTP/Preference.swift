/// How a client would like to be answered (RFC 7240).
struct Preference: Sendable {
  /// `respond-async`: at once, with 202.
  let isAsynchronous: Bool
  /// `wait=N`: seconds.
  let wait: Int?

  init(_ field: String?) {
    let items = (field ?? "").split(whereSeparator: { $0 == "," || $0 == ";" }).map { $0.trimmed.lowercased() }
    isAsynchronous = items.contains("respond-async")
    wait = items.first { $0.hasPrefix("wait=") }.flatMap { Int($0.dropFirst(5)) }
  }

  /// How long an answer is waited for.
  func timeout(limits: ServerLimits) -> Duration {
    if let wait { return .seconds(min(max(Double(wait), 0), limits.waitSeconds)) }
    return isAsynchronous ? .zero : .seconds(limits.waitSeconds)
  }
}
