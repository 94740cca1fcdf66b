import Foundation

/// Where the hub is, who we are to it, and where its files are kept: by the environment variables that all of its tools
/// share (`HF_ENDPOINT`, `HF_HOME`, `HF_HUB_CACHE`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HUB_OFFLINE`).
public struct HubEnvironment: Sendable, Hashable {
  /// The hub's address, without a slash at its end.
  public var endpoint: String
  /// The folder of the shared cache.
  public var cache: String
  /// The access token; `nil` without one.
  public var token: String?
  /// Whether the network must not be used.
  public var isOffline: Bool

  /// The hub itself.
  public static let publicEndpoint = "https://huggingface.co"

  /// Settings put together by hand.
  public init(endpoint: String = publicEndpoint, cache: String, token: String? = nil, isOffline: Bool = false) {
    self.endpoint = endpoint
    self.cache = cache
    self.token = token
    self.isOffline = isOffline
  }

  /// What the variables say. A file of the token is read where it is named or usual.
  public init(variables: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    func expanded(_ path: String) -> String {
      path == "~" || path.hasPrefix("~/") ? (value("HOME") ?? "") + path.dropFirst() : path
    }
    let home = expanded(
      value("HF_HOME") ?? (value("XDG_CACHE_HOME") ?? (value("HOME") ?? "") + "/.cache") + "/huggingface")
    cache = expanded(value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE") ?? home + "/hub")
    var endpoint = value("HF_ENDPOINT") ?? Self.publicEndpoint
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    self.endpoint = endpoint
    isOffline = ["1", "true", "yes", "on"].contains(value("HF_HUB_OFFLINE")?.lowercased() ?? "")
    let kept = FileManager.default.contents(atPath: expanded(value("HF_TOKEN_PATH") ?? home + "/token"))
    let token = (value("HF_TOKEN") ?? kept.map { String(decoding: $0, as: UTF8.self) })?
      .trimmingCharacters(in: .whitespacesAndNewlines)
    // What is no token must not get into a header line.
    self.token = token.flatMap { $0.isEmpty || !$0.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? nil : $0 }
  }
}
