import Foundation

/// For each value that a sample's bits can hold, its brightness in 8 bits.
///
/// The steps of PS3.3, C.11: rescaling, then the window if there is one, else the whole range of the bits in use; MONOCHROME1
/// turns it round.
struct ToneTable {
  /// As many as the bits allocated can hold; bits that are not in use are ignored.
  let levels: [UInt8]

  /// Of a colour: the bits in use scaled to 8.
  init(colors format: PixelFormat) {
    let top = (1 << format.bitsStored) - 1
    levels = (0..<1 << format.bitsAllocated).map { UInt8(clamping: (($0 & top) * 510 + top) / (2 * top)) }
  }

  /// Of a grey picture.
  ///
  /// - Throws: ``DICOMFault`` for a window or rescaling that is none.
  init(grey set: DataSet, _ format: PixelFormat, isInverted: Bool) throws(DICOMFault) {
    let line = try Self.rescaling(set)
    let window = try GreyWindow(set)
    let top = (1 << format.bitsStored) - 1
    let half = 1 << (format.bitsStored - 1)
    let (lowest, highest) = format.isSigned ? (-half, half - 1) : (0, top)
    let ends = [lowest, highest].map { Double($0) * line.slope + line.intercept }
    let (from, to) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
    var levels: [UInt8] = []
    levels.reserveCapacity(1 << format.bitsAllocated)
    for pattern in 0..<1 << format.bitsAllocated {
      let bits = pattern & top
      let stored = format.isSigned && bits >= half ? bits - (1 << format.bitsStored) : bits
      let value = Double(stored) * line.slope + line.intercept
      var share = window.map { $0.share(of: value) } ?? (to > from ? (value - from) / (to - from) : 0)
      if isInverted { share = 1 - share }
      levels.append(UInt8((min(max(share, 0), 1) * 255).rounded()))
    }
    self.levels = levels
  }

  private static func rescaling(_ set: DataSet) throws(DICOMFault) -> (slope: Double, intercept: Double) {
    let (slopes, intercepts) = (try set.decimals(.rescaleSlope), try set.decimals(.rescaleIntercept))
    guard slopes.count == intercepts.count else {
      throw .damaged("\(Tag.rescaleIntercept) and \(Tag.rescaleSlope) belong together")
    }
    guard let slope = slopes.first, let intercept = intercepts.first else { return (1, 0) }
    guard slope != 0, abs(slope) <= 1e12, abs(intercept) <= 1e12 else {
      throw .damaged("\(Tag.rescaleSlope) and \(Tag.rescaleIntercept) make no scale")
    }
    return (slope, intercept)
  }
}

/// A window of values that is spread over all brightnesses (PS3.3, C.11.2.1.2 and C.11.2.1.3): the first, where there are more.
struct GreyWindow: Equatable {
  enum Shape { case linear, linearExact, sigmoid }

  let center: Double
  let width: Double
  let shape: Shape

  /// `nil` without a window.
  init?(_ set: DataSet) throws(DICOMFault) {
    let (centers, widths) = (try set.decimals(.windowCenter), try set.decimals(.windowWidth))
    guard centers.count == widths.count else {
      throw .damaged("\(Tag.windowCenter) and \(Tag.windowWidth) belong together")
    }
    guard let center = centers.first, let width = widths.first else { return nil }
    switch set.word(.windowFunction) {
    case nil, "LINEAR": shape = .linear
    case "LINEAR_EXACT": shape = .linearExact
    case "SIGMOID": shape = .sigmoid
    default: throw .damaged("\(Tag.windowFunction) is none of the standard's words")
    }
    guard shape == .linear ? width >= 1 : width > 0, width <= 1e12, abs(center) <= 1e12 else {
      throw .damaged("\(Tag.windowWidth) is no width of a window")
    }
    (self.center, self.width) = (center, width)
  }

  /// From 0, black, to 1, white.
  func share(of value: Double) -> Double {
    switch shape {
    case .sigmoid: return 1 / (1 + exp(-4 * (value - center) / width))
    case .linear: return share(of: value, center: center - 0.5, width: width - 1)
    case .linearExact: return share(of: value, center: center, width: width)
    }
  }

  private func share(of value: Double, center: Double, width: Double) -> Double {
    if value <= center - width / 2 { return 0 }
    if value > center + width / 2 { return 1 }
    return (value - center) / width + 0.5
  }
}
