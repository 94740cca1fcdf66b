import Dermoscopy
import Faults
import Foundation
import JSON

/// What a client calls a request: a text or a whole number.
public enum WorkerID: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Bytes of a text at most.
  public static let longest = 512

  /// A text.
  case text(String)
  /// A whole number.
  case number(Int)

  /// Reads a text or a whole number.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      self = .number(number)
    } else {
      let text = try container.decode(String.self)
      guard text.utf8.count <= Self.longest else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "an id of more than \(Self.longest) bytes")
      }
      self = .text(text)
    }
  }

  /// Writes it as it was read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    }
  }

  /// The text or the number.
  public var description: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    }
  }
}

/// One line of a worker's input; docs/WORKER.md documents its JSON.
public struct WorkerRequest: Sendable {
  /// The version of the contract.
  public static let schema = "dermgemma-worker/1"

  /// What is to be read.
  public enum Source: Sendable {
    /// An image in a file.
    case file(path: String)
    /// An image's bytes.
    case bytes([UInt8])
    /// Phase 1's answers by question, and Phase 2's text: Phase 3 is done by them.
    case words([String: String], description: String?)
  }

  /// What is asked for.
  public enum Action: Sendable {
    /// An examination.
    case read(Source)
    /// That another request ends.
    case cancel(WorkerID)
    /// What the worker is.
    case information
  }

  /// The client's name for it; `nil` only for a cancellation.
  public var id: WorkerID?
  /// What is asked for.
  public var action: Action
  /// What the report calls the image.
  public var name: String?
  /// The protocol's name; `nil` for the worker's.
  public var readingProtocol: String?
  /// The seed of the random numbers; `nil` for the worker's.
  public var seed: UInt64?

  private struct Line: Decodable {
    var schema: String?
    var id: WorkerID?
    var path: String?
    var image: String?
    var observations: [String: String]?
    var description: String?
    var name: String?
    var readingProtocol: String?
    var seed: UInt64?
    var cancel: WorkerID?
    var info: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
      case schema, id, path, image, observations, description, name
      case readingProtocol = "protocol"
      case seed, cancel, info
    }
  }

  /// Reads a line.
  ///
  /// - Throws: ``WorkerFault`` that says what is wrong with it, with its id where it has one.
  public init(line bytes: [UInt8]) throws(WorkerFault) {
    let line: Line
    do throws(StrictObject.Misfit) {
      line = try StrictObject.decode(Line.self, from: bytes, keys: Set(Line.CodingKeys.allCases.map(\.rawValue)))
    } catch {
      throw WorkerFault(id: Self.id(in: bytes), error)
    }
    func wrong(_ message: String) -> WorkerFault { WorkerFault(id: line.id, message: message) }
    if let schema = line.schema, schema != Self.schema {
      throw wrong("schema is \(schema.prefix(64)); this worker speaks \(Self.schema)")
    }
    var actions: [Action] = []
    if let path = line.path { actions.append(.read(.file(path: path))) }
    if let image = line.image {
      guard let bytes = Data(base64Encoded: image) else { throw wrong("image is not base64") }
      actions.append(.read(.bytes(Array(bytes))))
    }
    if let words = line.observations { actions.append(.read(.words(words, description: line.description))) }
    if let id = line.cancel { actions.append(.cancel(id)) }
    if line.info == true { actions.append(.information) }
    guard let action = actions.first, actions.count == 1 else {
      throw wrong("give exactly one of path, image, observations, cancel and info")
    }
    if case .cancel = action {} else if line.id == nil { throw wrong("id is missing") }
    if line.description != nil, line.observations == nil { throw wrong("description goes with observations") }
    id = line.id
    self.action = action
    name = line.name
    readingProtocol = line.readingProtocol
    seed = line.seed
  }

  /// The id of a line that is wrong in another place.
  private static func id(in bytes: [UInt8]) -> WorkerID? {
    struct Identified: Decodable { var id: WorkerID }
    return (try? JSONDecoder().decode(Identified.self, from: Data(bytes)))?.id
  }
}

/// A line that is no request.
public struct WorkerFault: Fault, Equatable {
  /// The line's id, if it has one.
  public var id: WorkerID?
  /// What is wrong.
  public var message: String
  public var kind: FaultKind { .usage }
  public var description: String { message }

  /// A fault.
  public init(id: WorkerID?, message: String) {
    self.id = id
    self.message = message
  }

  init(id: WorkerID?, _ misfit: StrictObject.Misfit) {
    self.id = id
    message =
      switch misfit {
      case .notJSON: "the line is not JSON"
      case .notAnObject: "the line is not a JSON object"
      case .unknownKey(let known): "a key is unknown; known are \(known.joined(separator: ", "))"
      case .wrongValue(let place): place
      }
  }
}
