import JSON

/// What every request of revision 2026-07-28 says of itself in `_meta`.
enum RequestEnvelope {
  private static let prefix = "io.modelcontextprotocol/"
  private static let (version, capabilities) = (prefix + "protocolVersion", prefix + "clientCapabilities")

  /// Whether a request says its revision.
  static func isThere(in params: JSONValue) -> Bool { params["_meta"]?[version] != nil }

  /// The revision that a request says.
  static func stated(in params: JSONValue) -> JSONValue? { params["_meta"]?[version] }

  /// The revision of a request.
  ///
  /// - Throws: ``JSONRPCFault`` for an envelope that is not complete, and for a revision that is not spoken.
  static func revision(of params: JSONValue) throws(JSONRPCFault) -> ProtocolRevision {
    guard let meta = params["_meta"], case .object = meta else {
      throw JSONRPCFault(.invalidParams, "params._meta must have \(version) and \(capabilities)")
    }
    let missing = [version, capabilities].filter { meta[$0] == nil }
    guard missing.isEmpty else {
      throw JSONRPCFault(.invalidParams, "params._meta lacks \(missing.joined(separator: " and "))")
    }
    guard let asked = meta[version]?.string else {
      throw JSONRPCFault(.invalidParams, "\(version) must be a string")
    }
    guard let revision = ProtocolRevision(rawValue: asked), !revision.hasHandshake else {
      throw .unsupportedVersion(asked)
    }
    return revision
  }
}
