import CLlama
import Foundation
import Weights

/// LoRA adapters in llama.cpp, as one; freed with the model.
final class LlamaAdapter {
  let pointer: OpaquePointer
  let scale: Float
  private let model: LlamaModel

  /// Loads checked adapters. It must be done before a context is made, whose graphs leave room for them.
  ///
  /// - Throws: `EngineFault.refusedWeights` when llama.cpp does not load them; `WeightsFault` for a file that cannot be read
  ///   any more.
  init(_ adapters: [(weights: AdapterWeights, scale: Double)], of model: LlamaModel, architecture: String) throws {
    let path = adapters.map(\.weights.path).joined(separator: ", ")
    LlamaLog.clear()
    let loaded: OpaquePointer?
    if adapters.count == 1, let only = adapters.first {
      loaded = llama_adapter_lora_init(model.pointer, only.weights.path)
      scale = Float(only.scale)
    } else {
      loaded = try Self.load(try CombinedAdapters(adapters, architecture: architecture).bytes, into: model, path: path)
      scale = 1
    }
    guard let loaded else {
      throw EngineFault.refusedWeights(path: path, reason: LlamaLog.lastErrors ?? "no reason given")
    }
    pointer = loaded
    self.model = model
  }

  private static func load(_ bytes: [UInt8], into model: LlamaModel, path: String) throws(EngineFault) -> OpaquePointer?
  {
    guard let file = tmpfile() else {
      throw .unreadableWeights(path: path, reason: "no temporary file: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count, fflush(file) == 0 else {
      throw .unreadableWeights(path: path, reason: "no room for a temporary file: \(String(cString: strerror(errno)))")
    }
    rewind(file)
    return llama_adapter_lora_init_from_file_ptr(model.pointer, file)
  }

  /// Applies them to a context.
  ///
  /// - Throws: `EngineFault.refusedWeights`.
  func apply(to context: OpaquePointer) throws(EngineFault) {
    var (adapter, scale): (OpaquePointer?, Float) = (pointer, scale)
    guard llama_set_adapters_lora(context, &adapter, 1, &scale) == 0 else {
      throw .refusedWeights(path: model.path, reason: LlamaLog.lastErrors ?? "an adapter cannot be applied")
    }
  }
}
