import CLlama
import Foundation

/// llama.cpp's compute backends, loaded once in a process.
///
/// The backends are shared libraries beside llama.cpp's own: ggml picks the best CPU variant that this processor
/// supports, and takes a GPU's when its library lies there too.
public enum LlamaBackend {
  /// A device that can compute.
  public struct Device: Sendable, Hashable {
    /// ggml's name, such as `CPU` or `CUDA0`.
    public var name: String
    /// What the device is, such as the processor's name.
    public var description: String
    /// Whether it is a graphics processor.
    public var isGraphicsProcessor: Bool
  }

  private static let loading: Void = {
    llama_log_set(LlamaLog.callback, nil)
    mtmd_log_set(LlamaLog.callback, nil)
    if let folder = libraryFolder {
      ggml_backend_load_all_from_path(folder)
    } else {
      ggml_backend_load_all()
    }
    llama_backend_init()
  }()

  /// Loads the backends unless that was done already.
  ///
  /// - Throws: `EngineFault.noBackend` when no CPU backend could be loaded.
  static func load() throws(EngineFault) {
    _ = loading
    guard ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU) != nil else {
      throw .noBackend(folder: libraryFolder ?? "the library path")
    }
  }

  /// The folder that llama.cpp's libraries were loaded from.
  public static let libraryFolder: String? = {
    guard let path = dermgemma_llama_library() else { return nil }
    return URL(fileURLWithPath: String(cString: path)).resolvingSymlinksInPath().deletingLastPathComponent().path
  }()

  /// The CUDA backend's library, when it lies beside llama.cpp's own. That it is there does not say that it can be used.
  public static var cudaLibrary: String? {
    guard let path = libraryFolder.map({ $0 + "/libggml-cuda.so" }) else { return nil }
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// llama.cpp's version, as the library says it.
  public static var version: String { String(cString: llama_version()) }

  /// The devices that were found.
  ///
  /// - Throws: `EngineFault.noBackend` when there is none.
  public static func devices() throws(EngineFault) -> [Device] {
    try load()
    return (0..<ggml_backend_dev_count()).compactMap { index in
      guard let device = ggml_backend_dev_get(index) else { return nil }
      let type = ggml_backend_dev_type(device)
      return Device(
        name: String(cString: ggml_backend_dev_name(device)),
        description: String(cString: ggml_backend_dev_description(device)).trimmingCharacters(in: .whitespaces),
        isGraphicsProcessor: type == GGML_BACKEND_DEVICE_TYPE_GPU || type == GGML_BACKEND_DEVICE_TYPE_IGPU)
    }
  }

  /// The instruction sets that the loaded CPU backend uses, such as `AVX2 F16C FMA`: with the engine's version, what
  /// answers depend on besides the weights.
  public static var processorFeatures: [String] {
    guard let device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU),
      let registry = ggml_backend_dev_backend_reg(device),
      let address = ggml_backend_reg_get_proc_address(registry, "ggml_backend_get_features")
    else { return [] }
    typealias GetFeatures = @convention(c) (ggml_backend_reg_t?) -> UnsafeMutablePointer<ggml_backend_feature>?
    guard var feature = unsafeBitCast(address, to: GetFeatures.self)(registry) else { return [] }
    var names: [String] = []
    while let name = feature.pointee.name {
      if let value = feature.pointee.value, String(cString: value) == "1" { names.append(String(cString: name)) }
      feature = feature.advanced(by: 1)
    }
    return names
  }
}
