import CLlama
import Foundation
import Testing

@testable import LlamaEngine

/// One of ggml's CPU variants, loaded beside the one that is in use, which stays what it is.
struct CPUVariant {
  /// Such as `haswell`.
  let name: String
  /// Its products of an image in bfloat16; `nil` where there are none.
  let bfloat16: ImageArithmetic?
  private let backend: ggml_backend_t
  private let setThreads: @convention(c) (ggml_backend_t?, Int32) -> Void

  /// Whether our kernels were built into it: they need AVX2.
  var hasOurKernels: Bool { !["x64", "sse42"].contains(name) }

  /// Those that were built and that this processor can run.
  static func all() throws -> [CPUVariant] {
    try LlamaBackend.load()
    let folder = URL(fileURLWithPath: try #require(LlamaBackend.libraryFolder))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .filter { $0.hasPrefix("libggml-cpu-") && $0.hasSuffix(".so") }
    return try names.compactMap { name in
      try CPUVariant(library: folder.appendingPathComponent(name).path, name: String(name.dropFirst(12).dropLast(3)))
    }
  }

  /// Nothing when this processor can't run it.
  private init?(library: String, name: String) throws {
    typealias Score = @convention(c) () -> Int32
    typealias Start = @convention(c) () -> ggml_backend_reg_t?
    typealias SetThreads = @convention(c) (ggml_backend_t?, Int32) -> Void
    let handle = try #require(dlopen(library, RTLD_NOW | RTLD_LOCAL), "\(library)")
    if let score = dlsym(handle, "ggml_backend_score"), unsafeBitCast(score, to: Score.self)() == 0 { return nil }
    let start = unsafeBitCast(try #require(dlsym(handle, "ggml_backend_init")), to: Start.self)
    let registry = try #require(start())
    backend = try #require(ggml_backend_dev_init(ggml_backend_reg_dev_get(registry, 0), nil))
    let address = try #require(ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads"))
    setThreads = unsafeBitCast(address, to: SetThreads.self)
    bfloat16 = ImageArithmetic(registry)
    self.name = name
  }

  /// Computes what a closure builds in a context.
  ///
  /// - Returns: the numbers of the tensor that the closure returns.
  func compute(threads: Int = 1, _ build: (OpaquePointer) throws -> UnsafeMutablePointer<ggml_tensor>?) throws
    -> [Float]
  {
    let room = ggml_init_params(mem_size: 64 << 20, mem_buffer: nil, no_alloc: false)
    let context = try #require(ggml_init(room))
    defer { ggml_free(context) }
    let result = try #require(try build(context))
    let graph = ggml_new_graph(context)
    ggml_build_forward_expand(graph, result)
    setThreads(backend, Int32(threads))
    #expect(ggml_backend_graph_compute(backend, graph) == GGML_STATUS_SUCCESS)
    let count = Int(ggml_nelements(result))
    return [Float](UnsafeBufferPointer(start: result.pointee.data.assumingMemoryBound(to: Float.self), count: count))
  }
}

/// A matrix of a type, row by row.
struct TypedMatrix {
  let type: ggml_type
  let rows: Int
  let columns: Int
  private let bytes: [UInt8]
  /// What its numbers are once they are of that type.
  let numbers: [Float]

  init(_ numbers: [Float], columns: Int, type: ggml_type) throws {
    self.type = type
    self.columns = columns
    rows = numbers.count / columns
    if type == GGML_TYPE_F32 {
      bytes = numbers.withUnsafeBytes { [UInt8]($0) }
      self.numbers = numbers
      return
    }
    var bytes = [UInt8](repeating: 0, count: rows * ggml_row_size(type, Int64(columns)))
    #expect(ggml_quantize_chunk(type, numbers, &bytes, 0, Int64(rows), Int64(columns), nil) == bytes.count)
    var restored = [Float](repeating: 0, count: numbers.count)
    let widen = try #require(ggml_get_type_traits(type).pointee.to_float)
    widen(bytes, &restored, Int64(numbers.count))
    self.bytes = bytes
    self.numbers = restored
  }

  /// The same in a context.
  func tensor(_ context: OpaquePointer) throws -> UnsafeMutablePointer<ggml_tensor> {
    let tensor = try #require(ggml_new_tensor_2d(context, type, Int64(columns), Int64(rows)))
    let room = try #require(tensor.pointee.data)
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: room, count: $0.count).copyMemory(from: $0) }
    return tensor
  }
}
