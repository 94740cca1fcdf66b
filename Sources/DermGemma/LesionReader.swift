import Dermoscopy
import Faults
import Foundation
import Imaging
import Reading
import Records
import VisionLanguage

/// Reads dermoscopic images and answers questions about them, for programs that want one import.
///
/// It loads a model once; any number of tasks may use it concurrently. Results are for research and never for the diagnosis
/// of a person.
///
/// ```swift
/// import DermGemma
///
/// let reader = try LesionReader()
/// let report = try await reader.read(fileAt: "lesion.png")
/// print(report.diagnosis?.code.rawValue ?? "none", report.text)
/// await reader.close()
/// ```
public final class LesionReader: Sendable {
  /// A report on one image: observations, description, diagnosis, flags.
  public typealias Report = ExaminationReport
  /// The two files of a model.
  public typealias Model = ModelLocation

  /// The protocol that images are read by.
  public let readingProtocol: ReadingProtocol
  private let reader: Reader
  private let document: String

  /// Loads a model.
  ///
  /// - Parameters:
  ///   - model: its files; `nil` for MedGemma below `models/` if it is there, otherwise the embedded model.
  ///   - name: the name of a built-in protocol (`seed`, `extended`, `direct`).
  ///   - parallel: images read at once, at least 1; `nil` for as many as free memory allows.
  /// - Throws: a `Fault` when weights are missing or broken, or no protocol has the name.
  public convenience init(_ model: Model? = nil, protocolNamed name: String = "seed", parallel: Int? = 1) throws {
    try self.init(model, try ProtocolDocument(builtin: name), parallel: parallel)
  }

  /// Loads a model that reads by your own protocol.
  ///
  /// - Parameters:
  ///   - model: its files; `nil` for the default, as above.
  ///   - path: the protocol document, in JSON; `docs/PROTOCOLS.md` describes it.
  ///   - parallel: images read at once, as above.
  /// - Throws: a `Fault` when weights are missing or broken, or the document is missing or wrong: it says where.
  public convenience init(_ model: Model? = nil, protocolAt path: String, parallel: Int? = 1) throws {
    let document: ProtocolDocument
    do {
      document = try ProtocolDocument(fileAt: path)
    } catch is MissingProtocol {
      throw UnreadableProtocol(path: path)
    }
    try self.init(model, document, parallel: parallel)
  }

  private init(_ model: Model?, _ document: ProtocolDocument, parallel: Int?) throws {
    readingProtocol = document.readingProtocol
    self.document = document.text
    let location = try model ?? ModelLocation.chosen(weights: nil, projector: nil)
    reader = try Reader(location, readingProtocol: readingProtocol, readings: parallel)
  }

  /// How many images can be read at once without waiting for each other.
  public var parallel: Int { reader.readings }

  /// Reads the image in a file.
  ///
  /// - Parameters:
  ///   - path: the file's: JPEG, PNG, WebP, TIFF, BMP, HEIC, AVIF, JPEG 2000, JPEG XL or DICOM.
  ///   - seed: the seed of the random numbers: the same image, weights, protocol and seed give the same answers.
  /// - Throws: a `Fault` whose description names the path, such as for a file that is no image; `CancellationError`.
  public func read(fileAt path: String, seed: UInt64 = 0) async throws -> Report {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return try await reader.read(fileAt: path, name: name, seed: seed)
  }

  /// Reads an image's bytes.
  ///
  /// - Parameters:
  ///   - bytes: a whole file's.
  ///   - name: what the report and messages call it.
  ///   - seed: the seed of the random numbers, as above.
  /// - Throws: as above.
  public func read(_ bytes: [UInt8], name: String, seed: UInt64 = 0) async throws -> Report {
    try await reader.read(bytes, name: name, seed: seed)
  }

  /// Asks one question about the image in a file, outside of any protocol. The answer is greedy.
  ///
  /// - Parameters:
  ///   - question: plain text; nothing in it is read as a special token.
  ///   - path: the image's file; it is prepared as the protocol says.
  ///   - maxTokens: the most tokens of the answer.
  /// - Throws: as `read`.
  public func ask(_ question: String, aboutImageAt path: String, maxTokens: Int = 128) async throws -> String {
    let model = reader.examiner.model
    let decoded = try ImageDecoder.decode(fileAt: path)
    let prepared = try ImagePreparer.prepare(
      decoded.image, as: readingProtocol.preparation, nativeSide: model.imageSide ?? 0)
    let request = GenerationRequest(
      prompt: Prompt(text: question, answerPrefix: readingProtocol.answerPrefix),
      sampling: .greedy(maxTokens: maxTokens), seed: 0)
    let context = try await model.encode(prepared)
    do {
      var answer = ""
      for stream in try await context.respond(to: [request]) {
        for try await event in stream { if case .finished(let generation) = event { answer = generation.text } }
      }
      await context.close()
      return answer.trimmingCharacters(in: .whitespacesAndNewlines)
    } catch {
      await context.close()
      throw error
    }
  }

  /// Begins a run in a database, to keep reports in.
  ///
  /// ```swift
  /// import DermGemma
  ///
  /// func keep(_ report: LesionReader.Report, of reader: LesionReader) async throws {
  ///   let recorder = try await reader.beginRun(inDatabaseAt: "lesions.sqlite")
  ///   try await recorder.keep(report)
  ///   try await recorder.end(.finished)
  ///   await recorder.store.close()
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - path: the database's file; it is made if it is not there.
  ///   - kind: what the list of runs calls it.
  ///   - seed: the seed that the run's images are read with.
  /// - Throws: `RecordFault` for a database that cannot be used.
  public func beginRun(
    inDatabaseAt path: String, kind: String = "library", seed: UInt64 = 0
  ) async throws -> RunRecorder {
    let identity = try await reader.identity
    let store = try await RecordStores.open(path)
    let provenance = Run.Provenance(readingProtocol, document: document, model: identity, seed: seed)
    do {
      return try await RunRecorder.begin(
        Run(kind: kind, command: CommandLine.arguments, provenance: provenance), in: store)
    } catch {
      await store.close()
      throw error
    }
  }

  /// Ends all work in progress and frees the model.
  public func close() async { await reader.close() }
}

/// A protocol document that is missing or may not be read.
public struct UnreadableProtocol: Fault, Equatable {
  /// The document's path.
  public let path: String
  /// The kind of fault.
  public var kind: FaultKind { .missingInput }
  /// What is wrong, on one line.
  public var description: String { "\(path): the protocol cannot be read" }
}
