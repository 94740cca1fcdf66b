import Foundation

/// Resamples lines of RGB pixels with Lanczos' kernel of three lobes, to the very bytes of Pillow's `Image.resize`.
///
/// libvips' own resize is 51 to 56 dB from Pillow's when it makes pictures smaller, but makes them larger with another
/// kernel: 38 to 50 dB. A model trained on Pillow's pictures should see Pillow's pictures, so the kernel is here.
///
/// Pillow's steps (src/libImaging/Resample.c): the kernel is widened by the scale when shrinking, cut at the picture's
/// edge and made to add up to 1; weights become whole numbers of 2⁻²²; each pass rounds to 8 bits. Columns come first,
/// as in every Pillow before 13, which turns the passes round for pictures whose height shrinks much more than their
/// width (python-pillow/Pillow#9549): such odd shapes then differ by roundings.
struct LanczosResampling {
  private static let lobes = 3.0
  private static let precisionBits = 22

  /// One output sample: its weights lie at `weights[firstWeight...]`, for the input samples from `firstSample`.
  private struct Window {
    let firstSample: Int
    let count: Int
    let firstWeight: Int
  }

  private let inputLength: Int
  private let windows: [Window]
  private let weights: [Int32]

  /// - Parameters: both lengths in samples, at least 1.
  init(from inputLength: Int, to outputLength: Int) {
    self.inputLength = inputLength
    let scale = Double(inputLength) / Double(outputLength)
    let widening = max(scale, 1)
    let support = Self.lobes * widening
    var windows: [Window] = []
    var weights: [Int32] = []
    windows.reserveCapacity(outputLength)
    for output in 0..<outputLength {
      let center = (Double(output) + 0.5) * scale
      let first = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), inputLength)
      let raw = (first..<max(end, first)).map { Self.lanczos((Double($0) - center + 0.5) * (1 / widening)) }
      let total = raw.reduce(0, +)
      windows.append(Window(firstSample: first, count: raw.count, firstWeight: weights.count))
      weights += raw.map { Self.fixedPoint(total == 0 ? $0 : $0 / total) }
    }
    self.windows = windows
    self.weights = weights
  }

  private static func lanczos(_ x: Double) -> Double {
    x >= -lobes && x < lobes ? sinc(x) * sinc(x / lobes) : 0
  }

  private static func sinc(_ x: Double) -> Double {
    if x == 0 { return 1 }
    let angle = x * Double.pi
    return sin(angle) / angle
  }

  /// Rounded half away from zero; a normalised weight is far below 2⁹, the largest that fits.
  private static func fixedPoint(_ weight: Double) -> Int32 {
    Int32(weight * Double(1 << precisionBits) + (weight < 0 ? -0.5 : 0.5))
  }

  private static func rounded(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: max(0, min(255, sum >> Int32(precisionBits))))
  }

  private static let half: Int32 = 1 << Int32(precisionBits - 1)

  /// Changes the length of every row.
  ///
  /// - Parameter pixels: `rows` rows of the input length in RGB.
  func acrossColumns(_ pixels: [UInt8], rows: Int) -> [UInt8] {
    guard pixels.count >= rows * inputLength * 3 else { return [] }
    let outputBytes = rows * windows.count * 3
    // Every window lies inside its row, so no offset below can leave `input`.
    return pixels.withUnsafeBufferPointer { input in
      weights.withUnsafeBufferPointer { weights in
        [UInt8](unsafeUninitializedCapacity: outputBytes) { output, initialized in
          var at = 0
          for row in 0..<rows {
            let rowStart = row * inputLength * 3
            for window in windows {
              var (red, green, blue) = (Self.half, Self.half, Self.half)
              var sample = rowStart + window.firstSample * 3
              for index in window.firstWeight..<(window.firstWeight + window.count) {
                let weight = weights[index]
                red &+= Int32(input[sample]) &* weight
                green &+= Int32(input[sample + 1]) &* weight
                blue &+= Int32(input[sample + 2]) &* weight
                sample += 3
              }
              output[at] = Self.rounded(red)
              output[at + 1] = Self.rounded(green)
              output[at + 2] = Self.rounded(blue)
              at += 3
            }
          }
          initialized = outputBytes
        }
      }
    }
  }

  /// Changes the number of rows.
  ///
  /// - Parameter pixels: as many rows as the input length, of `rowBytes` each.
  func acrossRows(_ pixels: [UInt8], rowBytes: Int) -> [UInt8] {
    guard pixels.count >= inputLength * rowBytes else { return [] }
    let outputBytes = windows.count * rowBytes
    var sums = [Int32](repeating: 0, count: rowBytes)
    return pixels.withUnsafeBufferPointer { input in
      sums.withUnsafeMutableBufferPointer { sums in
        [UInt8](unsafeUninitializedCapacity: outputBytes) { output, initialized in
          var at = 0
          for window in windows {
            sums.update(repeating: Self.half)
            for step in 0..<window.count {
              let weight = weights[window.firstWeight + step]
              let rowStart = (window.firstSample + step) * rowBytes
              for column in 0..<rowBytes { sums[column] &+= Int32(input[rowStart + column]) &* weight }
            }
            for column in 0..<rowBytes { output[at + column] = Self.rounded(sums[column]) }
            at += rowBytes
          }
          initialized = outputBytes
        }
      }
    }
  }
}
