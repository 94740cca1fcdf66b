import Foundation
import JSON

/// Header fields of revision 2026-07-28 that repeat the body, so that a proxy can route by them: they must agree with it.
enum RoutingHeaders {
  /// The parameter that `Mcp-Name` repeats, by method.
  private static let names = ["tools/call": "name", "prompts/get": "name", "resources/read": "uri"]

  /// Compares the fields with a request.
  ///
  /// - Throws: ``JSONRPCFault`` (`headerMismatch`) when one is missing, there twice, or says something else.
  static func check(_ request: JSONRPCRequest, _ values: (String) -> [String]) throws(JSONRPCFault) {
    func require(_ field: String, _ title: String, _ expected: String?, decoded: Bool = false) throws(JSONRPCFault) {
      let found = values(field)
      let value = decoded ? found.first.flatMap(Self.decoded) : found.first
      guard found.count == 1, let value, value == expected else {
        throw JSONRPCFault(.headerMismatch, "the header \(title) does not say what the body says")
      }
    }
    try require(
      "mcp-protocol-version", "MCP-Protocol-Version", RequestEnvelope.stated(in: request.params)?.string)
    try require("mcp-method", "Mcp-Method", request.method)
    if let key = names[request.method], let name = request.params[key]?.string {
      try require("mcp-name", "Mcp-Name", name, decoded: true)
    }
  }

  /// A field's value; one that a field cannot hold as it is comes as `=?base64?…?=`.
  private static func decoded(_ value: String) -> String? {
    let (start, end) = ("=?base64?", "?=")
    guard value.hasPrefix(start), value.hasSuffix(end), value.count >= start.count + end.count else { return value }
    guard let bytes = Base64.bytes(of: String(value.dropFirst(start.count).dropLast(end.count))) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
