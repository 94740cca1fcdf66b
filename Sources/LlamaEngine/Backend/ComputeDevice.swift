/// Which device a model runs on.
public enum ComputeDevice: String, Sendable, CaseIterable {
  /// On a graphics processor when one can be used, else on the CPU.
  case automatic = "auto"
  /// Only on the CPU. No GPU is used, so it does not matter if one is too small, busy or not supported by the backend.
  case cpu
  /// On a GPU; an error if none can be used.
  case gpu

  /// Whether a graphics processor is to be used, given what was found.
  ///
  /// - Throws: `EngineFault.noGraphicsProcessor` when one is demanded and none can be used; `EngineFault.noBackend`.
  func usesGPU() throws(EngineFault) -> Bool {
    if self == .cpu { return false }
    let isThere = try LlamaBackend.devices().contains(where: \.isGraphicsProcessor)
    if self == .gpu, !isThere { throw .noGraphicsProcessor }
    return isThere
  }
}
