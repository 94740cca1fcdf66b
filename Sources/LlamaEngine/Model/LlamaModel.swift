import CLlama
import Foundation
import Weights

/// The text model's weights: loaded once, shared by everything, freed with the last user.
///
/// llama.cpp only reads a loaded model, so any thread may use it.
final class LlamaModel: @unchecked Sendable {
  // Immutable after `init`; llama.cpp never writes to a loaded model.
  let pointer: OpaquePointer
  let path: String

  /// - Parameter overrides: settings missing in the file, passed to llama.cpp so that it does not assume others.
  /// - Throws: `EngineFault.refusedWeights` when llama.cpp does not load them.
  init(path: String, usesGPU: Bool, overrides: [MetadataOverride] = []) throws(EngineFault) {
    var parameters = llama_model_default_params()
    parameters.n_gpu_layers = usesGPU ? -1 : 0
    LlamaLog.clear()
    // The end of a list without devices. Without a list llama.cpp would still open every graphics processor that is there.
    var noDevice: ggml_backend_dev_t?
    // The last one has an empty key, which ends the list.
    let overrides = overrides.map(\.override) + [llama_model_kv_override()]
    let loaded = withUnsafeMutablePointer(to: &noDevice) { devices in
      overrides.withUnsafeBufferPointer { overrides in
        if !usesGPU { parameters.devices = devices }
        parameters.kv_overrides = overrides.baseAddress
        return llama_model_load_from_file(path, parameters)
      }
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

extension MetadataOverride {
  /// As passed to llama.cpp.
  fileprivate var override: llama_model_kv_override {
    var entry = llama_model_kv_override()
    withUnsafeMutableBytes(of: &entry.key) { place in
      // One byte stays for the zero at its end; the keys are far shorter.
      place.copyBytes(from: Array(key.utf8).prefix(max(0, place.count - 1)))
    }
    switch value {
    case .identifier(let identifier):
      entry.tag = LLAMA_KV_OVERRIDE_TYPE_INT
      entry.val_i64 = Int64(identifier)
    case .flag(let flag):
      entry.tag = LLAMA_KV_OVERRIDE_TYPE_BOOL
      entry.val_bool = flag
    }
    return entry
  }
}
