import Dermoscopy
import Faults
import Foundation
import Imaging
import LlamaEngine
import Reading
import RemoteModel
import VisionLanguage
import Weights

/// Finds out what is installed, usable and missing, and tries the model: what `doctor` does.
public struct InstallationCheck: Sendable {
  /// One thing that was looked at.
  public struct Finding: Sendable {
    /// The result.
    public enum State: Sendable {
      /// It is there and works.
      case sound
      /// It is not there, and is not needed.
      case absent
      /// It prevents images from being read.
      case faulty
    }

    /// The result.
    public let state: State
    /// What was looked at, in one word.
    public let subject: String
    /// What was found, on one line.
    public let text: String
  }

  private let version: String
  private let device: ComputeDevice
  private let weights: String?
  private let projector: String?
  private let endpoint: RemoteConfiguration?

  /// A check.
  ///
  /// - Parameters:
  ///   - version: the program's version.
  ///   - device: where to compute.
  ///   - weights: the text model's file; `nil` for the default model.
  ///   - projector: its projector's file.
  ///   - endpoint: the server that is tried instead of a model in this process; `nil` for none.
  public init(
    version: String, device: ComputeDevice, weights: String?, projector: String?, endpoint: RemoteConfiguration? = nil
  ) {
    self.endpoint = endpoint
    self.version = version
    self.device = device
    self.weights = weights
    self.projector = projector
  }

  /// Looks at everything, one after the other.
  ///
  /// - Parameter report: told each finding; what it throws ends the check.
  /// - Returns: the kind of the first fault that prevents images from being read; `nil` without one.
  /// - Throws: what `report` throws; `CancellationError`.
  public func run(_ report: @escaping (Finding) throws -> Void) async throws -> FaultKind? {
    var reporter = Reporter(report: report)
    try checkMachine(&reporter)
    try checkProtocols(&reporter)
    if FileManager.default.fileExists(atPath: ModelLocation.medGemma.weights) {
      try reporter.add(.sound, "medgemma", "\(ModelLocation.medGemma.weights) is there")
    } else {
      try reporter.add(
        .absent, "medgemma",
        "not at \(ModelLocation.medGemma.weights); its weights are gated and not part of this program")
    }
    do {
      if let endpoint { try await check(endpoint, &reporter) } else { try await checkModel(&reporter) }
    } catch {
      try reporter.fail(endpoint == nil ? "model" : "endpoint", error)
    }
    return reporter.failure
  }

  private struct Reporter {
    let report: (Finding) throws -> Void
    var failure: FaultKind?

    func add(_ state: Finding.State, _ subject: String, _ text: String) throws {
      try report(Finding(state: state, subject: subject, text: text))
    }

    mutating func fail(_ subject: String, _ error: any Error) throws {
      let fault = error as? any Fault
      failure = failure ?? fault?.kind ?? .bug
      try add(.faulty, subject, fault?.description ?? "\(error)")
    }
  }

  private func checkMachine(_ reporter: inout Reporter) throws {
    try reporter.add(.sound, "program", "dermgemma \(version)")
    let memory = Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)
    try reporter.add(
      .sound, "machine",
      "\(ProcessInfo.processInfo.activeProcessorCount) processors, \(String(format: "%.1f", memory)) GiB of memory")
    do {
      let devices = try LlamaBackend.devices()
      try reporter.add(
        .sound, "engine", "llama.cpp \(LlamaBackend.version) from \(LlamaBackend.libraryFolder ?? "the library path")")
      for device in devices { try reporter.add(.sound, "device", "\(device.name): \(device.description)") }
      try reporter.add(.sound, "processor", LlamaBackend.processorFeatures.joined(separator: " "))
      if ImageArithmetic.bfloat16 != nil {
        try reporter.add(.sound, "precision", "images can be encoded in bfloat16 too (--precision bf16)")
      } else {
        try reporter.add(
          .absent, "precision", "no AVX512-BF16, which --precision bf16 needs; images are encoded in 32 bits")
      }
      if device == .cpu || !devices.contains(where: \.isGraphicsProcessor) {
        try reporter.add(.absent, "graphics", unusedGraphics(cudaLibrary: LlamaBackend.cudaLibrary))
      }
    } catch {
      try reporter.fail("engine", error)
    }
    let readable = ImageDecoder.readableFormats
    try reporter.add(.sound, "images", "\(ImageDecoder.libraryVersion): \(ImageFormat.names(of: readable))")
    let missing = ImageFormat.allCases.filter { !readable.contains($0) }
    if !missing.isEmpty {
      try reporter.add(
        .absent, "formats",
        "\(ImageFormat.names(of: missing)): libvips' modules for them are not installed (Debian's package libvips42)")
    }
  }

  /// The message when no GPU is in use. If the CUDA backend is nevertheless beside the program, it says what may be
  /// missing.
  private func unusedGraphics(cudaLibrary: String?) -> String {
    if device == .cpu { return "not used (--device cpu); everything runs on the CPU" }
    guard let cudaLibrary else { return "no graphics processor in use; everything runs on the CPU" }
    return
      "\(cudaLibrary) is there, but no graphics processor can be used: no driver, or CUDA's libraries are not found "
      + "(`ldd` names them); everything runs on the CPU"
  }

  private func checkProtocols(_ reporter: inout Reporter) throws {
    for name in ReadingProtocol.builtinNames {
      do {
        let builtin = try ReadingProtocol.builtin(named: name)
        try reporter.add(.sound, "protocol", "\(name) \(builtin.version): \(builtin.title)")
      } catch {
        try reporter.fail("protocol", error)
      }
    }
  }

  /// Tries a server with a picture that it cannot have seen before.
  private func check(_ endpoint: RemoteConfiguration, _ reporter: inout Reporter) async throws {
    let model = try await RemoteVisionLanguageModel(endpoint, readings: 1)
    let noise = (0..<(Self.noiseSide * Self.noiseSide * 3)).map { _ in UInt8.random(in: 0...255) }
    let picture = try PixelImage(width: Self.noiseSide, height: Self.noiseSide, pixels: noise)
    for finding in try await EndpointCheck.findings(of: model, seeing: picture) {
      try reporter.add(finding.works.map { $0 ? .sound : .faulty } ?? .absent, finding.subject, finding.text)
    }
  }

  private static let noiseSide = 64

  private func checkModel(_ reporter: inout Reporter) async throws {
    let location = try ModelLocation.chosen(weights: weights, projector: projector)
    let text = try TextWeights(path: location.weights)
    let projector = try ProjectorWeights(path: location.projector)
    _ = try WeightsPair(text: text, projector: projector)
    try reporter.add(
      .sound, "model",
      "\(text.name)\(location.isEmbedded ? ", which comes with the program" : ""): \(location.weights)")
    let reader = try Reader(
      location, readingProtocol: try ReadingProtocol.builtin(named: "seed"), readings: nil, device: device)
    try await reader.checkWeights()
    try reporter.add(.sound, "trial", "a blank image was encoded and a token written, all numbers finite")
    guard let capacity = reader.capacity else { throw EngineFault.closed }
    let mebibytes = { (bytes: Int) in "\((bytes + (1 << 20) - 1) >> 20) MiB" }
    try reporter.add(
      .sound, "room",
      "--parallel \(reader.readings): \(mebibytes(capacity.footprint.examination)) an image in progress beside "
        + "\(mebibytes(capacity.footprint.fixed)) for all; "
        + (capacity.freeMemory.map { "three quarters of \(mebibytes($0)) free may be used" }
          ?? "free memory is not known"))
    let threads = reader.threads
    try reporter.add(
      .sound, "threads",
      reader.engines > 1
        ? "an engine on each of \(reader.engines) processors"
        : "\(threads.decoding) for text, \(threads.encoding) for images")
    let identity = try await reader.identity
    try reporter.add(.sound, "weights", "SHA-256 \(identity.weights?.hexadecimal ?? "")")
    if let projector = identity.projector { try reporter.add(.sound, "projector", "SHA-256 \(projector.hexadecimal)") }
    await reader.close()
  }
}
