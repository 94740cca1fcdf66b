import Faults
import Foundation

/// A protocol together with the document that it was read from, which runs store and servers show.
public struct ProtocolDocument: Sendable {
  /// The protocol.
  public let readingProtocol: ReadingProtocol
  /// The document, byte for byte.
  public let bytes: [UInt8]

  /// The document as text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Reads a document's bytes.
  ///
  /// - Parameters:
  ///   - bytes: the document, in JSON.
  ///   - name: what messages call it.
  /// - Throws: `ProtocolFault`, which says where the document is wrong.
  public init(_ bytes: [UInt8], name: String) throws {
    readingProtocol = try ReadingProtocol(json: bytes, name: name)
    self.bytes = bytes
  }

  /// Reads the document in a file.
  ///
  /// - Throws: ``MissingProtocol``; `ProtocolFault`.
  public init(fileAt path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else { throw MissingProtocol(name: path) }
    try self.init(Array(data), name: path)
  }

  /// A built-in protocol.
  ///
  /// - Throws: `ProtocolFault` for a name that none has.
  public init(builtin name: String) throws(ProtocolFault) {
    readingProtocol = try ReadingProtocol.builtin(named: name)
    bytes = ReadingProtocol.builtinDocument(named: name) ?? []
  }

  /// The built-in protocol of this name, otherwise the document in the file of this path.
  ///
  /// - Throws: ``MissingProtocol``; `ProtocolFault`.
  public init(named name: String) throws {
    if ReadingProtocol.builtinNames.contains(name) {
      try self.init(builtin: name)
    } else {
      try self.init(fileAt: name)
    }
  }
}

/// A protocol that is neither built in nor a file.
public struct MissingProtocol: Fault, Equatable {
  /// The name or path that was given.
  public var name: String

  /// A protocol that a name does not lead to.
  public init(name: String) { self.name = name }

  public var kind: FaultKind { .missingInput }
  public var description: String {
    "\(name): neither a readable file nor one of \(ReadingProtocol.builtinNames.joined(separator: ", "))"
  }
}
