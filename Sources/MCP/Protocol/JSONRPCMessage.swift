import JSON

/// What a client calls a request: a text or a whole number (JSON-RPC 2.0, 4).
enum JSONRPCID: Sendable, Hashable {
  /// Bytes of a text at most.
  static let longest = 512

  /// A text.
  case text(String)
  /// A whole number, with its own digits.
  case number(String)

  /// Reads an id; `nil` for anything that is none.
  init?(_ value: JSONValue?) {
    switch value {
    case .string(let text) where text.utf8.count <= Self.longest: self = .text(text)
    case .number(let digits) where Int(digits) != nil: self = .number(digits)
    default: return nil
    }
  }

  /// As it was read.
  var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let digits): .number(digits)
    }
  }
}

/// A request, which is owed an answer.
struct JSONRPCRequest: Sendable {
  let id: JSONRPCID
  let method: String
  /// An object; empty when there was none.
  let params: JSONValue
}

/// What a client sends: one message, or several at once.
enum JSONRPCInput: Sendable {
  case one(JSONRPCMessage)
  case batch([JSONRPCMessage])

  /// Nesting of a message at most.
  static let deepest = 64

  /// Reads a text.
  ///
  /// - Throws: ``JSONRPCFault`` for what is not JSON.
  init(_ bytes: [UInt8]) throws(JSONRPCFault) {
    let value: JSONValue
    do throws(JSONSyntaxFault) {
      value = try JSONParser.parse(bytes, deepest: Self.deepest)
    } catch {
      throw JSONRPCFault(.parse, "not JSON: line \(error.line), column \(error.column): \(error.message)")
    }
    if case .array(let elements) = value {
      self = .batch(elements.map(JSONRPCMessage.init))
    } else {
      self = .one(JSONRPCMessage(value))
    }
  }
}

/// One message of a client.
enum JSONRPCMessage: Sendable {
  case request(JSONRPCRequest)
  case notification(method: String, params: JSONValue)
  /// An answer to something that this side never asks.
  case response
  /// Something else, with its id if it has one.
  case invalid(JSONRPCID?, JSONRPCFault)

  init(_ value: JSONValue) {
    guard case .object(let members) = value else {
      self = .invalid(nil, JSONRPCFault(.invalidRequest, "a message is an object, not \(value.sort)"))
      return
    }
    let keys = members.map(\.key)
    let id = JSONRPCID(value["id"])
    guard value["jsonrpc"] == .string("2.0") else {
      self = .invalid(id, JSONRPCFault(.invalidRequest, "jsonrpc must be \"2.0\""))
      return
    }
    guard case .string(let method) = value["method"] else {
      if keys.contains("result") || keys.contains("error") {
        self = .response
      } else {
        self = .invalid(id, JSONRPCFault(.invalidRequest, "method must be a string"))
      }
      return
    }
    let params = value["params"] ?? .object([])
    guard case .object = params else {
      self = .invalid(id, JSONRPCFault(.invalidRequest, "params must be an object"))
      return
    }
    if let id {
      self = .request(JSONRPCRequest(id: id, method: method, params: params))
    } else if keys.contains("id") {
      self = .invalid(
        nil, JSONRPCFault(.invalidRequest, "id must be a whole number or a text of at most \(JSONRPCID.longest) bytes"))
    } else {
      self = .notification(method: method, params: params)
    }
  }
}

/// An error of the protocol; what a tool cannot do is a result instead.
struct JSONRPCFault: Error, Sendable, Hashable {
  /// The codes of JSON-RPC 2.0 and of MCP.
  enum Code: Int, Sendable {
    case parse = -32_700
    case invalidRequest = -32_600
    case methodNotFound = -32_601
    case invalidParams = -32_602
    case internalError = -32_603
    /// Too many requests are under way.
    case busy = -32_000
    case sessionNotFound = -32_001
    /// The client cancelled it, and is owed an end over HTTP.
    case cancelled = -32_800
    case resourceNotFound = -32_002
    case headerMismatch = -32_020
    case unsupportedVersion = -32_022
  }

  /// Which kind of error.
  let code: Code
  /// One sentence.
  let message: String
  /// What programs need to know of it.
  let data: JSONValue?

  init(_ code: Code, _ message: String, data: JSONValue? = nil) {
    (self.code, self.message, self.data) = (code, message, data)
  }

  static func unsupportedVersion(_ requested: String) -> JSONRPCFault {
    JSONRPCFault(
      .unsupportedVersion, "Unsupported protocol version",
      data: .fields([
        "supported": .array(ProtocolRevision.allCases.reversed().map { .string($0.rawValue) }),
        "requested": .string(String(requested.prefix(64))),
      ]))
  }

  /// The HTTP status that goes with it, where the answer is not a stream.
  var httpStatus: Int {
    switch code {
    case .parse, .invalidRequest, .invalidParams, .headerMismatch, .unsupportedVersion: 400
    case .methodNotFound, .sessionNotFound: 404
    case .busy: 429
    case .internalError, .resourceNotFound, .cancelled: 200
    }
  }
}

/// Messages of this side, as texts on one line.
enum JSONRPCText {
  static func result(_ result: JSONValue, of id: JSONRPCID) -> JSONValue {
    .fields(["jsonrpc": .string("2.0"), "id": id.json, "result": result])
  }

  static func error(_ fault: JSONRPCFault, of id: JSONRPCID?) -> JSONValue {
    var error = JSONValue.members(["code": .integer(fault.code.rawValue), "message": .string(fault.message)])
    if let data = fault.data { error.append(JSONMember(key: "data", value: data)) }
    return .fields(["jsonrpc": .string("2.0"), "id": id?.json ?? .null, "error": .object(error)])
  }

  static func notification(_ method: String, _ params: JSONValue) -> JSONValue {
    .fields(["jsonrpc": .string("2.0"), "method": .string(method), "params": params])
  }
}
