/// Where a model is to compute.
public enum ComputeDevice: String, Sendable, CaseIterable {
  /// On a graphics processor when one can be used, else on the CPU.
  case automatic = "auto"
  /// On the CPU alone; no graphics processor is given anything, so that one that is too small, busy or of a kind that the
  /// backend was not built for does not matter.
  case cpu
  /// On a graphics processor, or not at all.
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
