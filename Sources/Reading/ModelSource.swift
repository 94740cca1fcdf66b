import DICOM
import Dermoscopy
import Digests
import Imaging
import LlamaEngine
import RemoteModel
import VisionLanguage

/// Where the model is that reads.
public enum ModelSource: Sendable {
  /// In this process, from two files.
  case files(ModelLocation)
  /// In this process, from the weights alone: for work on words.
  case wordsOnly(weights: String, adapters: [EngineConfiguration.AdapterChoice] = [])
  /// Behind an endpoint.
  case endpoint(RemoteConfiguration)
  /// Loaded already, by somebody who closes it.
  case loaded(Reader)
}

extension RemoteConfiguration {
  /// A way to a model; pictures go there as PNG files without metadata.
  ///
  /// - Parameters:
  ///   - endpoint: the server's address.
  ///   - allowsRemote: whether pictures may leave this machine.
  /// - Throws: `RemoteFault.notAllowed` for another machine without permission.
  public init(_ endpoint: RemoteEndpoint, allowsRemote: Bool) throws(RemoteFault) {
    try self.init(endpoint, allowsRemote: allowsRemote) { try ImageEncoder.png($0, effort: .quick) }
  }
}

extension Reader {
  /// Loads a model, or asks an endpoint for its own.
  ///
  /// - Parameters:
  ///   - source: where the model is.
  ///   - readingProtocol: the protocol for every image.
  ///   - others: further protocols, by which ``Reader/reading(by:)`` reads.
  ///   - readings: how many images may be read at once; `nil` for as many as memory or the server allow.
  ///   - atMost: how many that may be; `nil` for the default of `readings`.
  ///   - threads: processors that may be used; of no effect behind an endpoint.
  ///   - device: where to compute; of no effect behind an endpoint.
  ///   - dicom: what is wanted of DICOM files.
  /// - Throws: a `Fault` when weights cannot be used, or the endpoint cannot be reached or has no such model.
  public static func open(
    _ source: ModelSource, readingProtocol: ReadingProtocol, others: [ReadingProtocol] = [], readings: Int? = 1,
    atMost: Int? = nil, threads: Int? = nil, device: ComputeDevice = .automatic, dicom: DICOMOptions = DICOMOptions()
  ) async throws -> Reader {
    switch source {
    case .files(let location):
      return try await BlockingWork.run { _ in
        try Reader(
          location, readingProtocol: readingProtocol, others: others, readings: readings, atMost: atMost,
          threads: threads,
          device: device, dicom: dicom)
      }
    case .wordsOnly(let weights, let adapters):
      return try await BlockingWork.run { _ in
        try Reader(
          wordsOnly: weights, adapters: adapters, readingProtocol: readingProtocol, readings: readings,
          threads: threads, device: device)
      }
    case .endpoint(let configuration):
      let model = try await RemoteVisionLanguageModel(configuration, readings: readings)
      return Reader(model, readingProtocol: readingProtocol, dicom: dicom)
    case .loaded(let reader):
      return reader
    }
  }
}
