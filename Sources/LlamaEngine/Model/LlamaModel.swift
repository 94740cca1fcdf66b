import CLlama
import Foundation

/// The text model's weights: loaded once, shared by everything, freed with the last user.
///
/// llama.cpp only reads a loaded model, so any thread may use it.
final class LlamaModel: @unchecked Sendable {
  // Immutable after `init`; llama.cpp never writes to a loaded model.
  let pointer: OpaquePointer
  let path: String

  /// - Throws: `EngineFault.refusedWeights` when llama.cpp does not load them.
  init(path: String, usesGPU: Bool) throws(EngineFault) {
    var parameters = llama_model_default_params()
    parameters.n_gpu_layers = usesGPU ? -1 : 0
    LlamaLog.forget()
    // The end of a list without devices. Without a list llama.cpp would still open every graphics processor that is there.
    var noDevice: ggml_backend_dev_t?
    let loaded = withUnsafeMutablePointer(to: &noDevice) { devices in
      if !usesGPU { parameters.devices = devices }
      return llama_model_load_from_file(path, parameters)
    }
    guard let pointer = loaded else {
      throw .refusedWeights(path: path, reason: LlamaLog.lastErrors ?? "no reason given")
    }
    self.pointer = pointer
    self.path = path
  }

  deinit { llama_model_free(pointer) }

  var vocabulary: OpaquePointer? { llama_model_get_vocab(pointer) }
  var vocabularySize: Int { Int(llama_vocab_n_tokens(vocabulary)) }
  var embeddingLength: Int { Int(llama_model_n_embd_inp(pointer)) }
  var trainedContext: Int { Int(llama_model_n_ctx_train(pointer)) }
}
