import Faults

/// What can go wrong between a prompt and its answer.
public enum EngineFault: Fault, Equatable {
  /// llama.cpp has no CPU backend beside its libraries.
  case noBackend(folder: String)
  /// A graphics processor was demanded, and none can be used.
  case noGraphicsProcessor
  /// Images in bfloat16 were demanded, and the processor has no such arithmetic.
  case noBFloat16
  /// Images in bfloat16 were demanded of a graphics processor.
  case precisionOfGraphics
  /// Images in bfloat16 were demanded of a projector that has no product or attention of that kind.
  case nothingInBFloat16(path: String)
  /// llama.cpp refused weights that passed our own checks.
  case refusedWeights(path: String, reason: String)
  /// Weights that cannot be read.
  case unreadableWeights(path: String, reason: String)
  /// Weights that were written to or replaced while they were loaded.
  case changedWeights(path: String)
  /// Weights whose bytes are not those that their remembered digest was taken of, though nothing else about the file tells.
  case otherBytes(path: String)
  /// llama.cpp could not make its caches or compute buffers.
  case noContext(reason: String)
  /// A visual prompt without a projector.
  case noProjector
  /// A prompt is longer than a sequence.
  case promptTooLong(tokens: Int, available: Int)
  /// A prompt without a single token, or a label without one.
  case emptyPrompt
  /// An image that the projector does not take.
  case unusableImage(reason: String)
  /// Words that an answer cannot be held to.
  case unusableConstraint(words: Int)
  /// Logits or embeddings that are not finite.
  case brokenWeights(path: String, where: String)
  /// llama.cpp failed to decode.
  case failedDecode(code: Int32, reason: String)
  /// The image or the model was closed.
  case closed

  public var kind: FaultKind {
    switch self {
    case .noBackend: .unavailable
    case .refusedWeights, .brokenWeights, .changedWeights, .otherBytes, .unreadableWeights, .noProjector:
      .unusableWeights
    case .promptTooLong, .emptyPrompt, .unusableImage, .unusableConstraint: .unusableInput
    case .noContext, .noGraphicsProcessor, .noBFloat16, .precisionOfGraphics, .nothingInBFloat16: .unavailable
    case .failedDecode, .closed: .bug
    }
  }

  public var description: String {
    switch self {
    case .noBackend(let folder):
      "No compute backend of llama.cpp (libggml-cpu-*.so) for this processor was found in \(folder); run `make build` on this machine"
    case .noGraphicsProcessor:
      "No graphics processor can be used, and --device gpu asks for one; `dermgemma doctor` says what was found"
    case .noBFloat16:
      "--precision bf16 needs a processor with AVX512-BF16, and this one has none; --precision f32 is the default"
    case .precisionOfGraphics: "--precision bf16 is for the CPU, and a GPU computes here; give --device cpu with it"
    case .nothingInBFloat16(let path):
      "\(path): nothing of an image was computed in bf16, as --precision bf16 asks: that takes 1,024 patches or more, and "
        + "16- or 32-bit weights or an attention among all patches; use --precision f32"
    case .refusedWeights(let path, let reason): "\(path): llama.cpp refuses these weights (\(reason))"
    case .unreadableWeights(let path, let reason): "\(path): cannot be read (\(reason))"
    case .changedWeights(let path): "\(path): was changed while it was loaded; load it again"
    case .otherBytes(let path):
      "\(path): its bytes changed without a trace since they were last read whole (a failing disk?); pull or copy the file anew"
    case .noContext(let reason): "The engine's caches could not be allocated (\(reason)); try a smaller --parallel"
    case .noProjector: "These weights were loaded without a projector, so they cannot read an image; give --mmproj"
    case .promptTooLong(let tokens, let available):
      "A prompt of \(tokens) tokens does not fit into the \(available) that are left in its sequence"
    case .emptyPrompt: "A prompt or label must not be empty"
    case .unusableImage(let reason): "The projector cannot take this image (\(reason))"
    case .unusableConstraint(let words): "An answer cannot be held to these \(words) words"
    case .brokenWeights(let path, let place): "\(path): broken weights: \(place) are not finite numbers"
    case .failedDecode(let code, let reason): "llama.cpp failed to decode (status \(code): \(reason))"
    case .closed: "The model or its view of the image was already closed"
    }
  }
}
