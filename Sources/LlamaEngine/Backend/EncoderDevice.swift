import CLlama
import Foundation

/// A CPU backend with tinyBLAS, for the projector alone.
///
/// Our own llama.cpp is built without tinyBLAS, which chooses its kernels by the batch's width, so that an answer has the
/// same bits alone and in company. An image is always encoded by itself and needs no such care. The libraries of this
/// backend lie in a folder of their own, are compiled from the same tree (scripts/encoder.sh), and are handed to
/// mtmd as its device; llama.cpp's list of devices never hears of them.
public enum EncoderDevice {
  /// The folder beside llama.cpp's libraries.
  static let folderName = "encoder"
  /// The variable of such a library that holds the threads of the backends made from then on (scripts/encoder-threads.h).
  private static let threadsSymbol = "dermgemma_encoder_threads"

  private typealias Score = @convention(c) () -> Int32
  private typealias Begin = @convention(c) () -> ggml_backend_reg_t?

  private struct Library: @unchecked Sendable {
    // Never closed, and only read after it was loaded; ggml guards the device's own state.
    let device: ggml_backend_dev_t
    let threads: UnsafeMutablePointer<Int32>
  }

  private static let library: Library? = {
    guard let folder = LlamaBackend.libraryFolder.map({ $0 + "/" + folderName }),
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else { return nil }
    var best: (score: Int32, handle: UnsafeMutableRawPointer)?
    for name in names.sorted() where name.hasPrefix("libggml-cpu-") && name.hasSuffix(".so") {
      guard let handle = dlopen(folder + "/" + name, RTLD_NOW | RTLD_LOCAL) else { continue }
      guard let address = dlsym(handle, "ggml_backend_score") else { continue }
      let score = unsafeBitCast(address, to: Score.self)()
      if score > 0, score > best?.score ?? 0 { best = (score, handle) }
    }
    guard let handle = best?.handle, let begin = dlsym(handle, "ggml_backend_init"),
      let threads = dlsym(handle, threadsSymbol), let registry = unsafeBitCast(begin, to: Begin.self)(),
      ggml_backend_reg_dev_count(registry) > 0, let device = ggml_backend_reg_dev_get(registry, 0)
    else { return nil }
    return Library(device: device, threads: threads.assumingMemoryBound(to: Int32.self))
  }()

  /// Projectors of this many bytes and more run here; small ones gain nothing.
  private static let largeProjector = 64 << 20

  /// The device for a projector's file, set to so many threads; `nil` where llama.cpp's own backend is meant.
  public static func device(forProjectorAt path: String, threads: Int) -> ggml_backend_dev_t? {
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    return size >= largeProjector ? device(threads: threads) : nil
  }

  /// The device, set to so many threads; `nil` where its libraries are missing or this processor has nothing for them.
  static func device(threads: Int) -> ggml_backend_dev_t? {
    guard let library else { return nil }
    library.threads.pointee = Int32(clamping: threads)
    return library.device
  }
}
