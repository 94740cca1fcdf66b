import CLlama
import VisionLanguage

/// The arithmetic of an image's products and attention (`kernels/image-arithmetic.cpp`), chosen on the thread that has a graph computed.
///
/// The choice belongs to the thread, so that encoders of either kind may work side by side in a process.
public struct ImageArithmetic: Sendable {
  private typealias Has = @convention(c) @Sendable () -> Bool
  private typealias Use = @convention(c) @Sendable (Bool) -> Bool
  private typealias Count = @convention(c) @Sendable () -> Int64

  private let use: Use
  private let count: Count

  /// The CPU backend's, where the processor has AVX512-BF16; `nil` elsewhere, where 32-bit arithmetic is all there is.
  public static let bfloat16: ImageArithmetic? = {
    guard (try? LlamaBackend.load()) != nil,
      let device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU),
      let registry = ggml_backend_dev_backend_reg(device)
    else { return nil }
    return ImageArithmetic(registry)
  }()

  /// That of a backend.
  init?(_ registry: ggml_backend_reg_t) {
    guard let has = ggml_backend_reg_get_proc_address(registry, "dermgemma_has_bf16"),
      let use = ggml_backend_reg_get_proc_address(registry, "dermgemma_use_bf16"),
      let count = ggml_backend_reg_get_proc_address(registry, "dermgemma_bf16_products"),
      unsafeBitCast(has, to: Has.self)()
    else { return nil }
    self.use = unsafeBitCast(use, to: Use.self)
    self.count = unsafeBitCast(count, to: Count.self)
  }

  /// Computes in bfloat16 on this thread.
  ///
  /// - Returns: what the body returns, and how many products and attentions were computed so.
  /// - Throws: what the body throws.
  public func computing<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> (value: Value, products: Int64) {
    let (before, computed) = (use(true), count())
    defer { _ = use(before) }
    let value = try body()
    return (value, count() - computed)
  }

  /// Computes in 32 bits what a thread does in between.
  func suspended(_ body: () -> Void) {
    let before = use(false)
    defer { _ = use(before) }
    body()
  }
}

extension ImagePrecision {
  /// The arithmetic of this precision; `nil` for the usual one.
  ///
  /// - Parameter usesGPU: whether a graphics processor computes.
  /// - Throws: `EngineFault.noBFloat16`, `.precisionOfGraphics`.
  func arithmetic(usesGPU: Bool) throws(EngineFault) -> ImageArithmetic? {
    guard self == .bf16 else { return nil }
    if usesGPU { throw .precisionOfGraphics }
    guard let bfloat16 = ImageArithmetic.bfloat16 else { throw .noBFloat16 }
    return bfloat16
  }
}
