import Dermoscopy
import Faults
import Foundation
import Imaging
import LlamaEngine
import Reading
import RemoteModel
import VisionLanguage
import Weights

/// The message when no GPU is in use. If the CUDA backend is nevertheless beside the program, it says what may be
/// missing.
private func unusedGraphics(cudaLibrary: String?, device: ComputeDevice) -> String {
  if device == .cpu { return "not used (--device cpu); everything runs on the CPU" }
  guard let cudaLibrary else { return "no graphics processor in use; everything runs on the CPU" }
  return "\(cudaLibrary) is there, but no graphics processor can be used: no driver, or CUDA's libraries are not found "
    + "(`ldd` names them); everything runs on the CPU"
}

let doctorCommand = CommandSpecification(
  name: "doctor",
  summary: "Says what is installed, found, usable and missing.",
  usage: ["doctor", "doctor --endpoint URL [--model NAME]"],
  discussion: [
    "Ends with 0 when images can be read, else with the exit status of the first thing that prevents it. With --endpoint it tries out "
      + "the server instead of the model in this program: vision, streaming, log-probabilities, and whether it keeps a picture that "
      + "it has read."
  ],
  options: [EngineOption.device, EngineOption.model, EngineOption.projector] + EndpointOption.all,
  examples: [],
  takesArguments: false
) { arguments, terminal in
  let device = try chosenDevice(arguments)
  var failure: FaultKind?
  func report(_ mark: String, _ subject: String, _ text: String) throws {
    try terminal.print("\(mark) \(subject.padding(toLength: 12, withPad: " ", startingAt: 0)) \(text)")
  }
  func fail(_ subject: String, _ error: any Error) throws {
    let fault = error as? any Fault
    failure = failure ?? fault?.kind ?? .bug
    try report("✗", subject, fault?.description ?? "\(error)")
  }

  try report("✓", "program", "dermgemma \(Tool.version)")
  let memory = Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)
  try report(
    "✓", "machine",
    "\(ProcessInfo.processInfo.activeProcessorCount) processors, \(String(format: "%.1f", memory)) GiB of memory")
  do {
    let devices = try LlamaBackend.devices()
    try report(
      "✓", "engine", "llama.cpp \(LlamaBackend.version) from \(LlamaBackend.libraryFolder ?? "the library path")")
    for device in devices { try report("✓", "device", "\(device.name): \(device.description)") }
    try report("✓", "processor", LlamaBackend.processorFeatures.joined(separator: " "))
    if device == .cpu || !devices.contains(where: \.isGraphicsProcessor) {
      try report("–", "graphics", unusedGraphics(cudaLibrary: LlamaBackend.cudaLibrary, device: device))
    }
  } catch {
    try fail("engine", error)
  }
  try report("✓", "images", "\(ImageDecoder.libraryVersion): JPEG, PNG, WebP, TIFF, BMP and DICOM")
  for name in ReadingProtocol.builtinNames {
    do {
      let builtin = try ReadingProtocol.builtin(named: name)
      try report("✓", "protocol", "\(name) \(builtin.version): \(builtin.title)")
    } catch {
      try fail("protocol", error)
    }
  }
  if FileManager.default.fileExists(atPath: ModelLocation.medGemma.weights) {
    try report("✓", "medgemma", "\(ModelLocation.medGemma.weights) is there")
  } else {
    try report(
      "–", "medgemma", "not at \(ModelLocation.medGemma.weights); its weights are gated and not part of this program")
  }
  if let endpoint = try arguments.endpoint(of: "doctor") {
    do {
      for finding in try await endpointFindings(endpoint) {
        try report(finding.works.map { $0 ? "✓" : "✗" } ?? "–", finding.subject, finding.text)
      }
    } catch {
      try fail("endpoint", error)
    }
    try terminal.print(
      failure == nil ? "Images can be read there." : "Images cannot be read there until this is fixed.")
    return failure?.exitStatus ?? 0
  }
  do {
    let location = try ModelLocation.chosen(
      weights: try arguments[EngineOption.model], projector: try arguments[EngineOption.projector])
    let text = try TextWeights(path: location.weights)
    let projector = try ProjectorWeights(path: location.projector)
    _ = try WeightsPair(text: text, projector: projector)
    try report(
      "✓", "model",
      "\(text.name)\(location.isEmbedded ? ", which comes with the program" : ""): \(location.weights)")
    let reader = try Reader(
      location, readingProtocol: try ReadingProtocol.builtin(named: "seed"), readings: nil, device: device)
    try await reader.checkWeights()
    try report("✓", "trial", "a blank image was encoded and a token written, all numbers finite")
    guard let capacity = reader.capacity else { throw EngineFault.closed }
    let mebibytes = { (bytes: Int) in "\((bytes + (1 << 20) - 1) >> 20) MiB" }
    try report(
      "✓", "room",
      "--parallel \(reader.readings): \(mebibytes(capacity.footprint.examination)) an image in progress beside "
        + "\(mebibytes(capacity.footprint.fixed)) for all; "
        + (capacity.freeMemory.map { "three quarters of \(mebibytes($0)) free may be used" }
          ?? "free memory is not known"))
    let threads = reader.threads
    try report(
      "✓", "threads",
      reader.engines > 1
        ? "an engine on each of \(reader.engines) processors"
        : "\(threads.decoding) for text, \(threads.encoding) for images")
    let identity = try await reader.identity
    try report("✓", "weights", "SHA-256 \(identity.weights?.hexadecimal ?? "")")
    if let projector = identity.projector { try report("✓", "projector", "SHA-256 \(projector.hexadecimal)") }
    await reader.close()
  } catch {
    try fail("model", error)
  }
  try terminal.print(failure == nil ? "Images can be read." : "Images cannot be read until this is fixed.")
  return failure?.exitStatus ?? 0
}

/// What a server can do, tried with a picture that it cannot have seen before.
private func endpointFindings(_ endpoint: RemoteConfiguration) async throws -> [EndpointCheck.Finding] {
  let model = try await RemoteVisionLanguageModel(endpoint, readings: 1)
  let side = 64
  let noise = (0..<(side * side * 3)).map { _ in UInt8.random(in: 0...255) }
  return try await EndpointCheck.findings(of: model, seeing: try PixelImage(width: side, height: side, pixels: noise))
}
