/// How many threads a model can use efficiently.
///
/// Threads of a small model wait for each other longer than they compute: on two processors one examination by the
/// embedded model takes 0.36 s with one thread and 0.75 s with two. Where the boundary lies was not measured.
enum ThreadChoice {
  /// Weights below this size, in bytes, are read by one thread; an ``EnginePool`` gives each processor one.
  static let smallWeights = 64 << 20

  /// The default number of threads for weights of a size.
  static func threads(forWeightsOf bytes: Int, processors: Int) -> Int {
    bytes < smallWeights ? 1 : max(1, processors)
  }

  /// The most padding tokens that are decoded to keep a batch in one piece. With the embedded model a piece costs less
  /// than a token (0.05 and 0.07 ms); large weights are read from memory once for each piece.
  static func longestFilledGap(forWeightsOf bytes: Int) -> Int { bytes < smallWeights ? 0 : 4 }
}
