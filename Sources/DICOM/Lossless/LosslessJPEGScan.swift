/// Decodes one scan of lossless JPEG (ITU-T T.81, annex H).
struct LosslessJPEGScan {
  private var bits: EntropyBits
  /// For each channel its place in a pixel, and the codes of its differences.
  private let channels: [(place: Int, table: HuffmanTable)]
  /// Which neighbours predict a sample, 1 to 7.
  private let predictor: Int
  /// The prediction of the first sample.
  private let middle: Int
  /// The largest sample.
  private let largest: Int

  /// - Parameter bits: of a sample, without those that the point transform leaves out.
  init(
    _ source: EntropyBits, channels: [(place: Int, table: HuffmanTable)], predictor: Int, bits: Int
  ) {
    self.bits = source
    (self.channels, self.predictor) = (channels, predictor)
    (middle, largest) = (1 << (bits - 1), (1 << bits) - 1)
  }

  /// Decodes the rows into `samples`, which have `stride` samples for each pixel.
  ///
  /// - Parameter interval: rows between restarts; 0 for none.
  /// - Returns: where the scan's bits end.
  /// - Throws: `DICOMFault` for bits that no encoder makes, or that end early.
  mutating func decode(
    into samples: inout [UInt16], width: Int, height: Int, stride: Int, interval: Int
  ) throws(DICOMFault) -> Int {
    let above = width * stride
    for row in 0..<height {
      var isFirst = row == 0
      if interval > 0, row > 0, row.isMultiple(of: interval) {
        try bits.restart(row / interval - 1)
        isFirst = true
      }
      for column in 0..<width {
        for (place, table) in channels {
          let at = (row * width + column) * stride + place
          let predicted: Int
          switch (isFirst, column) {
          case (true, 0): predicted = middle
          case (true, _): predicted = Int(samples[at - stride])
          case (false, 0): predicted = Int(samples[at - above])
          case (false, _):
            predicted = prediction(
              Int(samples[at - stride]), Int(samples[at - above]), Int(samples[at - above - stride]))
          }
          let step = try difference(table)
          let value = (predicted + step) & 0xFFFF
          guard value <= largest else {
            throw .damaged("its JPEG has a sample of \(value), and its largest is \(largest)")
          }
          samples[at] = UInt16(truncatingIfNeeded: value)
        }
      }
      guard !bits.isExhausted else { throw .endsEarly("its JPEG stops in row \(row + 1) of \(height)") }
    }
    return try bits.end()
  }

  private func prediction(_ left: Int, _ above: Int, _ corner: Int) -> Int {
    switch predictor {
    case 1: left
    case 2: above
    case 3: corner
    case 4: left + above - corner
    case 5: left + (above - corner) >> 1
    case 6: above + (left - corner) >> 1
    default: (left + above) >> 1
    }
  }

  private mutating func difference(_ table: HuffmanTable) throws(DICOMFault) -> Int {
    guard let size = table.value(&bits), size <= 16 else {
      throw bits.areNearEnd()
        ? .endsEarly("its JPEG stops before its last row")
        : .damaged("a code of its JPEG stands for no difference of samples")
    }
    guard size > 0 else { return 0 }
    guard size < 16 else { return 32_768 }
    let value = bits.take(size)
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value
  }
}
