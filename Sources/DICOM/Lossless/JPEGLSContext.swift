/// What a JPEG-LS decoder has learnt of the errors in one context (ITU-T T.87, A.2.1 and A.6): the standard's A, B, C and N.
struct JPEGLSContext {
  private var sizes: Int
  private(set) var bias = 0
  /// What is added to a prediction.
  private(set) var correction = 0
  private(set) var count = 1

  init(_ coding: JPEGLSCoding) { sizes = max(2, (coding.range + 32) / 64) }

  /// Golomb's parameter k.
  var order: Int {
    var order = 0
    while count << order < sizes { order += 1 }
    return order
  }

  /// - Parameter error: at most as large as `coding.range`, so that nothing grows beyond its number.
  mutating func learn(_ error: Int, _ coding: JPEGLSCoding) {
    sizes += abs(error)
    bias += error * (2 * coding.near + 1)
    if count == coding.reset {
      sizes >>= 1
      bias >>= 1
      count >>= 1
    }
    count += 1
    if bias <= -count {
      bias = max(bias + count, 1 - count)
      if correction > -128 { correction -= 1 }
    } else if bias > 0 {
      bias = min(bias - count, 0)
      if correction < 127 { correction += 1 }
    }
  }
}

/// The same of the samples that end runs (A.7.2): the standard's A, N and Nn.
struct JPEGLSRunContext {
  private var sizes: Int
  private var count = 1
  private var negatives = 0
  /// 1 where the neighbours to the left and above are alike, else 0.
  private let kind: Int

  init(_ coding: JPEGLSCoding, kind: Int) {
    sizes = max(2, (coding.range + 32) / 64)
    self.kind = kind
  }

  /// Golomb's parameter k.
  var order: Int {
    let wanted = sizes + (count >> 1) * kind
    var order = 0
    while count << order < wanted { order += 1 }
    return order
  }

  /// The error that a code stands for, which is learnt.
  mutating func error(mapped: Int, order: Int, reset: Int) -> Int {
    let code = mapped + kind
    let isOdd = code & 1 == 1
    let size = (code + 1) / 2
    let error = (order != 0 || 2 * negatives >= count) == isOdd ? -size : size
    if error < 0 { negatives += 1 }
    sizes += (mapped + 1 - kind) >> 1
    if count == reset {
      sizes >>= 1
      count >>= 1
      negatives >>= 1
    }
    count += 1
    return error
  }
}
