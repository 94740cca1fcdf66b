import Foundation

/// The hub's address, our token and the cache folder, from the environment variables that all of its tools share, in
/// the order in which huggingface_hub 2.4.0 takes them (`constants.py`, `utils/_auth.py`).
public struct HubEnvironment: Sendable, Hashable {
  /// The hub's address, without a slash at its end.
  public var endpoint: String
  /// The folder of the shared cache.
  public var cache: String
  /// The access token; `nil` without one.
  public var token: String?
  /// The source of the token: a variable's name, or its file's path.
  public private(set) var tokenSource: String?
  /// Whether the network must not be used.
  public var isOffline: Bool
  /// Whether the cache may have symbolic links; without them, files are in its snapshots themselves.
  public var usesLinks: Bool

  /// The hub itself.
  public static let publicEndpoint = "https://huggingface.co"
  /// The hub's own hosts. A mirror may send us on to one, and the token is theirs anyway.
  static let publicHosts: Set<String> = ["huggingface.co", "hf.co"]

  /// Explicit settings, for tests.
  public init(
    endpoint: String = publicEndpoint, cache: String, token: String? = nil, isOffline: Bool = false,
    usesLinks: Bool = true
  ) {
    self.endpoint = endpoint
    self.cache = cache
    self.token = token
    self.isOffline = isOffline
    self.usesLinks = usesLinks
  }

  /// Settings from the environment. A token file is read from the named or the usual place.
  public init(variables: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    func isSet(_ text: String?) -> Bool { ["1", "true", "yes", "on"].contains(text?.lowercased() ?? "") }
    func path(_ text: String) -> String { Self.withVariables(Self.withHome(text, value("HOME")), variables) }
    let home = path(
      value("HF_HOME") ?? (value("XDG_CACHE_HOME") ?? Self.withHome("~", value("HOME")) + "/.cache") + "/huggingface")
    cache = path(value("HF_HUB_CACHE") ?? value("HUGGINGFACE_HUB_CACHE") ?? home + "/hub")
    var endpoint = value("HF_ENDPOINT") ?? Self.publicEndpoint
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    self.endpoint = endpoint
    // A 0 in the first one counts; then the second one is ignored.
    isOffline = isSet(value("HF_HUB_OFFLINE") ?? value("TRANSFORMERS_OFFLINE"))
    usesLinks = !isSet(value("HF_HUB_DISABLE_SYMLINKS"))
    guard !isSet(value("HF_HUB_DISABLE_IMPLICIT_TOKEN")) else { return }
    // A blank variable counts as unset; it hides the older variable but not the file.
    let variable = value("HF_TOKEN") == nil ? "HUGGING_FACE_HUB_TOKEN" : "HF_TOKEN"
    let file = path(value("HF_TOKEN_PATH") ?? home + "/token")
    if let named = value(variable).flatMap(Self.cleaned) {
      (token, tokenSource) = (named, variable)
    } else if let kept = FileManager.default.contents(atPath: file) {
      token = Self.cleaned(String(decoding: kept, as: UTF8.self))
      tokenSource = token == nil ? nil : file
    }
    // Anything that is not a token must not get into a header.
    if token?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) == false { (token, tokenSource) = (nil, nil) }
  }

  private static func cleaned(_ token: String) -> String? {
    let token = String(String.UnicodeScalarView(token.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }))
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return token.isEmpty ? nil : token
  }

  /// A path with `~` or `~USER` at its beginning expanded, as in shells; an unknown user's is unchanged.
  private static func withHome(_ path: String, _ home: String?) -> String {
    guard path.hasPrefix("~") else { return path }
    let user = path.dropFirst().prefix { $0 != "/" }
    let known: String?
    if user.isEmpty {
      known = home ?? getpwuid(getuid()).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) }
    } else {
      known = getpwnam(String(user)).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) }
    }
    return known.map { $0 + path.dropFirst(1 + user.count) } ?? path
  }

  /// A path with `$NAME` and `${NAME}` expanded; unknown names are unchanged.
  private static func withVariables(_ path: String, _ variables: [String: String]) -> String {
    path.replacing(/\$([A-Za-z0-9_]+)|\$\{([^}]*)\}/) { match in
      variables[String(match.output.1 ?? match.output.2 ?? "")] ?? String(match.output.0)
    }
  }
}
