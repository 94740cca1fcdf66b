/// Decodes one scan of JPEG-LS (ITU-T T.87, annex A).
struct JPEGLSScan {
  /// The orders of run lengths (A.2.1).
  private static let runOrders = [
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  ]

  private let coding: JPEGLSCoding
  private let width: Int
  private let channels: Int
  private var bits: EntropyBits
  private var contexts: [JPEGLSContext] = []
  private var runContexts: [JPEGLSRunContext] = []
  /// For each channel, how long runs have been.
  private var runIndices: [Int] = []
  /// The row above and this one: for each channel a sample at the left edge, the row, and one at the right edge.
  private var previous: [Int]
  private var current: [Int]

  init(_ bits: EntropyBits, _ coding: JPEGLSCoding, width: Int, channels: Int) {
    (self.bits, self.coding, self.width, self.channels) = (bits, coding, width, channels)
    previous = Array(repeating: 0, count: channels * (width + 2))
    current = previous
    forget()
  }

  /// Decodes the rows.
  ///
  /// - Parameters:
  ///   - height: how many.
  ///   - isBySample: whether the channels alternate by sample, not by row.
  ///   - interval: rows between restarts; 0 for none.
  ///   - put: receives each row, channel after channel.
  /// - Returns: where the scan's bits end.
  /// - Throws: `DICOMFault` for bits that no encoder makes, or that end early.
  mutating func decode(
    height: Int, isBySample: Bool, interval: Int, put: (_ row: Int, _ channel: Int, _ samples: ArraySlice<Int>) -> Void
  ) throws(DICOMFault) -> Int {
    for row in 0..<height {
      if interval > 0, row > 0, row.isMultiple(of: interval) {
        try bits.restart(row / interval - 1)
        previous = Array(repeating: 0, count: previous.count)
        current = previous
        forget()
      }
      for channel in 0..<channels {
        let start = channel * (width + 2)
        previous[start + width + 1] = previous[start + width]
        current[start] = previous[start + 1]
      }
      if isBySample {
        try decodeBySample()
      } else {
        for channel in 0..<channels { try decodeRow(of: channel) }
      }
      guard !bits.isExhausted else { throw .endsEarly("its JPEG-LS stops in row \(row + 1) of \(height)") }
      for channel in 0..<channels {
        let start = channel * (width + 2) + 1
        put(row, channel, current[start..<start + width])
      }
      swap(&previous, &current)
    }
    return try bits.end()
  }

  private mutating func forget() {
    contexts = Array(repeating: JPEGLSContext(coding), count: 365)
    runContexts = [JPEGLSRunContext(coding, kind: 0), JPEGLSRunContext(coding, kind: 1)]
    runIndices = Array(repeating: 0, count: channels)
  }

  private mutating func decodeRow(of channel: Int) throws(DICOMFault) {
    let start = channel * (width + 2) + 1
    var column = 0
    while column < width {
      let context = context(at: start + column)
      if context != 0 {
        current[start + column] = try sample(at: start + column, context)
        column += 1
        continue
      }
      let left = current[start + column - 1]
      let length = try run(upTo: width - column, channel)
      for step in 0..<length { current[start + column + step] = left }
      column += length
      guard column < width else { return }
      let above = previous[start + column]
      let isAlike = abs(left - above) <= coding.near
      current[start + column] = try runEnd(left, above, isAlike: isAlike, runIndices[channel])
      runIndices[channel] = max(0, runIndices[channel] - 1)
      column += 1
    }
  }

  private mutating func decodeBySample() throws(DICOMFault) {
    var column = 0
    while column < width {
      var isRun = true
      for channel in 0..<channels where isRun { isRun = context(at: channel * (width + 2) + 1 + column) == 0 }
      guard isRun else {
        for channel in 0..<channels {
          let place = channel * (width + 2) + 1 + column
          current[place] = try sample(at: place, context(at: place))
        }
        column += 1
        continue
      }
      let length = try run(upTo: width - column, 0)
      for channel in 0..<channels {
        let place = channel * (width + 2) + 1 + column
        for step in 0..<length { current[place + step] = current[place - 1] }
      }
      column += length
      guard column < width else { return }
      for channel in 0..<channels {
        let place = channel * (width + 2) + 1 + column
        current[place] = try runEnd(current[place - length - 1], previous[place], isAlike: false, runIndices[0])
      }
      runIndices[0] = max(0, runIndices[0] - 1)
      column += 1
    }
  }

  private func context(at place: Int) -> Int {
    let (corner, above) = (previous[place - 1], previous[place])
    return coding.context(previous[place + 1] - above, above - corner, corner - current[place - 1])
  }

  /// A sample outside of runs (A.4 to A.6).
  private mutating func sample(at place: Int, _ number: Int) throws(DICOMFault) -> Int {
    let (left, above, corner) = (current[place - 1], previous[place], previous[place - 1])
    let (low, high) = (min(left, above), max(left, above))
    let edge = corner >= high ? low : corner <= low ? high : left + above - corner
    let sign = number < 0 ? -1 : 1
    let context = contexts[abs(number)]
    let predicted = min(max(edge + sign * context.correction, 0), coding.largest)
    let order = context.order
    let mapped = try mappedError(order, limit: coding.limit)
    var error = mapped & 1 == 0 ? mapped / 2 : -(mapped + 1) / 2
    if order == 0, coding.near == 0, 2 * context.bias <= -context.count { error = -error - 1 }
    contexts[abs(number)].learn(error, coding)
    return coding.sample(predicted, sign * error)
  }

  /// How many samples are as the one before them (A.7.1).
  private mutating func run(upTo rest: Int, _ channel: Int) throws(DICOMFault) -> Int {
    var length = 0
    while bits.bit() {
      let whole = 1 << Self.runOrders[runIndices[channel]]
      let count = min(whole, rest - length)
      length += count
      if count == whole { runIndices[channel] = min(31, runIndices[channel] + 1) }
      if length == rest { return length }
    }
    length += bits.take(Self.runOrders[runIndices[channel]])
    guard length <= rest else { throw .damaged("a run of its JPEG-LS is longer than its row") }
    return length
  }

  /// The sample after a run (A.7.2).
  private mutating func runEnd(
    _ left: Int, _ above: Int, isAlike: Bool, _ runIndex: Int
  ) throws(DICOMFault) -> Int {
    let kind = isAlike ? 1 : 0
    let order = runContexts[kind].order
    let mapped = try mappedError(order, limit: coding.limit - Self.runOrders[runIndex] - 1)
    let error = runContexts[kind].error(mapped: mapped, order: order, reset: coding.reset)
    if isAlike { return coding.sample(left, error) }
    return coding.sample(above, left > above ? -error : error)
  }

  /// A number in Golomb's code of limited length (A.5.3).
  private mutating func mappedError(_ order: Int, limit: Int) throws(DICOMFault) -> Int {
    let most = limit - coding.errorBits - 1
    guard let zeros = bits.zeros(atMost: most) else { throw fault() }
    let mapped = zeros < most ? zeros << order | bits.take(order) : bits.take(coding.errorBits) + 1
    guard mapped <= 1 << coding.errorBits else { throw fault() }
    return mapped
  }

  private mutating func fault() -> DICOMFault {
    bits.areNearEnd()
      ? .endsEarly("its JPEG-LS stops before its last row")
      : .damaged("a code of its JPEG-LS stands for no difference of samples")
  }
}
