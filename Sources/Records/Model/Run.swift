import Dermoscopy
import Foundation
import VisionLanguage

/// A set of examinations with one purpose, and everything needed to repeat them.
public struct Run: Sendable, Hashable {
  /// How far a run has come.
  public enum State: String, Sendable, Codable, CaseIterable {
    /// It has started and not ended; a run whose process was killed also stays in this state.
    case running
    /// It completed.
    case finished
    /// It was stopped and can be resumed.
    case interrupted
    /// It could not go on.
    case failed
  }

  /// Its id.
  public var id: RecordID
  /// The command that made it: `analyze`, `serve`, `validate phase1`, ….
  public var kind: String
  /// How far it has come.
  public var state: State
  /// When it began, to a millisecond.
  public var started: Date
  /// When it ended, to a millisecond.
  public var ended: Date?
  /// The command line, without the program's name and without passwords.
  public var command: [String]
  /// The protocol and the model that read the images.
  public var provenance: Provenance
  /// The settings of the run, as one JSON object in its owner's format.
  public var settings: String
  /// A fingerprint of the inputs, computed by the owner; equal for equal inputs. Empty for none.
  public var inputs: String

  /// A run.
  ///
  /// Times are stored in milliseconds and rounded here, so that the value stored equals the value fetched.
  public init(
    id: RecordID = RecordID(), kind: String, state: State = .running, started: Date = Date(), ended: Date? = nil,
    command: [String] = [], provenance: Provenance, settings: String = "{}", inputs: String = ""
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.started = started.toMillisecond
    self.ended = ended?.toMillisecond
    self.command = command.map(RecordStores.withoutPassword)
    self.provenance = provenance
    self.settings = settings
    self.inputs = inputs
  }
}

extension Run {
  /// The protocol and the model that read a run's images.
  public struct Provenance: Sendable, Hashable, Codable {
    /// The protocol's id.
    public var protocolID: String
    /// The protocol's version.
    public var protocolVersion: String
    /// SHA-256 of the protocol's document, hexadecimal.
    public var protocolDigest: String
    /// The whole document, so that the run can be repeated without the file; `nil` when it was not available.
    public var protocolText: String?
    /// The model's name, with those of adapters that change it.
    public var model: String
    /// SHA-256 of the weights file, hexadecimal; `nil` for a model behind an endpoint.
    public var weights: String?
    /// SHA-256 of the projector file, hexadecimal; `nil` without one.
    public var projector: String?
    /// The engine with its version and backends.
    public var engine: String
    /// Where the random numbers began; `nil` when each examination has its own, as a server's have.
    public var seed: UInt64?
    /// The machine: processor, cores, memory, system.
    public var machine: String

    enum CodingKeys: String, CodingKey {
      case protocolID = "protocol_id"
      case protocolVersion = "protocol_version"
      case protocolDigest = "protocol_sha256"
      case protocolText = "protocol_text"
      case model
      case weights = "weights_sha256"
      case projector = "projector_sha256"
      case engine, seed, machine
    }

    /// Writes a key for the weights always, `null` where they are unknown.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(protocolID, forKey: .protocolID)
      try container.encode(protocolVersion, forKey: .protocolVersion)
      try container.encode(protocolDigest, forKey: .protocolDigest)
      try container.encodeIfPresent(protocolText, forKey: .protocolText)
      try container.encode(model, forKey: .model)
      try container.encode(weights, forKey: .weights)
      try container.encodeIfPresent(projector, forKey: .projector)
      try container.encode(engine, forKey: .engine)
      try container.encodeIfPresent(seed, forKey: .seed)
      try container.encode(machine, forKey: .machine)
    }

    /// The seed in words.
    public var seedText: String { seed.map(String.init) ?? "each examination’s own" }

    /// A provenance.
    public init(
      protocolID: String, protocolVersion: String, protocolDigest: String, protocolText: String?, model: String,
      weights: String?, projector: String?, engine: String, seed: UInt64?, machine: String = Machine.description
    ) {
      self.protocolID = protocolID
      self.protocolVersion = protocolVersion
      self.protocolDigest = protocolDigest
      self.protocolText = protocolText
      self.model = model
      self.weights = weights
      self.projector = projector
      self.engine = engine
      self.seed = seed
      self.machine = machine
    }

    /// The provenance of what a model reads by a protocol.
    public init(
      _ readingProtocol: ReadingProtocol, document: String?, model: ModelIdentity, seed: UInt64?,
      machine: String = Machine.description
    ) {
      self.init(
        protocolID: readingProtocol.id, protocolVersion: readingProtocol.version,
        protocolDigest: readingProtocol.digest.hexadecimal, protocolText: document, model: model.fullName,
        weights: model.weights?.hexadecimal, projector: model.projector?.hexadecimal, engine: model.engine, seed: seed,
        machine: machine)
    }
  }
}

extension Date {
  /// Milliseconds since 1970, rounded, and clamped to the range of 64-bit integers.
  var milliseconds: Int64 { Int64(exactly: (timeIntervalSince1970 * 1000).rounded()) ?? (self < Date() ? .min : .max) }

  init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }

  var toMillisecond: Date { Date(milliseconds: milliseconds) }
}
