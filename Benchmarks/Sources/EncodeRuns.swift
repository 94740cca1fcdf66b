import Foundation
import LlamaEngine
import VisionLanguage

/// One image after another through the projector, by bare llama.cpp calls.
enum EncodeRuns {
  struct Result: Encodable {
    var threads: Int
    var milliseconds: [Double] = []
    /// Processor time of the process during each encode, of all threads.
    var processorMilliseconds: [Double] = []
    /// Kibibytes of memory that no file backs, at the end.
    var anonymousMemory = 0
  }

  /// Runs `--warm-ups` encodes that do not count and `--repeats` that do, and prints their times.
  ///
  /// With `--embeddings FILE`, the numbers of the first image, which is `benchmark prepare`'s first, go to that file as 32-bit floats.
  /// With `--pictures DIR`, each PPM file there is encoded once, in the order of names, and all numbers go to the file.
  /// `--precision bf16` computes in bfloat16.
  static func run(_ arguments: Arguments) throws {
    _ = try LlamaBackend.devices()
    let threads = arguments.number("threads", default: EngineConfiguration.availableThreads)
    guard
      let bare = BareModel(
        weights: try arguments.text("model"), projector: try arguments.text("mmproj"), threads: threads,
        encodingThreads: threads, sequences: 1, tokensPerSequence: 512)
    else { throw BareModel.Failure() }
    let arithmetic = try arithmetic(arguments)
    func encode(_ image: PixelImage) throws -> [Float] {
      try arithmetic?.computing { try bare.encode(image) }.value ?? bare.encode(image)
    }
    if let folder = arguments.optional("pictures") {
      var (all, pictures) = (Data(), 0)
      for path in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where path.hasSuffix(".ppm") {
        try encode(PreparedWork.picture(at: folder + "/" + path)).withUnsafeBytes { all += Data($0) }
        pictures += 1
      }
      try all.write(to: URL(fileURLWithPath: try arguments.text("embeddings")))
      return try report(["pictures": pictures, "width": bare.width])
    }
    var result = Result(threads: threads)
    let warmUps = arguments.number("warm-ups", default: 0)
    for number in 0..<(warmUps + arguments.number("repeats", default: 1)) {
      let image = try Examination.image(number, side: arguments.number("side", default: 896))
      let (start, used) = (ContinuousClock.now, processorTime)
      let embeddings = try encode(image)
      if number >= warmUps {
        result.milliseconds.append((ContinuousClock.now - start) / .milliseconds(1))
        result.processorMilliseconds.append(processorTime - used)
      }
      if number == 0, let path = arguments.optional("embeddings") {
        try embeddings.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: path))
      }
    }
    result.anonymousMemory = Memory.anonymous
    try report(result)
  }

  /// That of `--precision`; `nil` for the usual one.
  private static func arithmetic(_ arguments: Arguments) throws -> ImageArithmetic? {
    guard try arguments.precision() == .bf16 else { return nil }
    guard let bfloat16 = ImageArithmetic.bfloat16 else { throw EngineFault.noBFloat16 }
    return bfloat16
  }

  /// Milliseconds of processor time that this process has used.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}
