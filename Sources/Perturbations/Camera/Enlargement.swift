import VisionLanguage

/// An enlargement about the centre with bilinear interpolation, cut to the picture's size, as in ImageNet-C's zoom blur.
///
/// The crop and the trim are those of `clipped_zoom`: whole pixels, and SciPy's zoom, whose corners are the crop's corner pixels.
/// There they are for squares; here each side has its own.
struct Enlargement {
  private let columns: [Line]
  private let rows: [Line]
  private let width: Int

  /// Between which two samples a sample lies.
  private struct Line {
    let first: Int
    let second: Int
    let share: Float
  }

  init(_ image: PixelImage, by factor: Double) {
    width = image.width
    columns = Self.lines(image.width, factor)
    rows = Self.lines(image.height, factor)
  }

  private static func lines(_ length: Int, _ factor: Double) -> [Line] {
    let crop = min(length, Int((Double(length) / factor).rounded(.up)))
    let start = (length - crop) / 2
    // SciPy rounds half to even.
    let enlarged = max(length, Int((Double(crop) * factor).rounded(.toNearestOrEven)))
    let trim = (enlarged - length) / 2
    return (0..<length).map { index in
      let place = enlarged > 1 ? Double(index + trim) * Double(crop - 1) / Double(enlarged - 1) : 0
      let first = min(Int(place), crop - 1)
      return Line(first: start + first, second: start + min(first + 1, crop - 1), share: Float(place - Double(first)))
    }
  }

  /// Adds the enlargement of a picture's samples to a sum.
  func add(_ samples: [Float], to total: inout FloatImage) {
    let length = width * 3
    var between = [Float](repeating: 0, count: length)
    samples.withUnsafeBufferPointer { samples in
      total.samples.withUnsafeMutableBufferPointer { total in
        between.withUnsafeMutableBufferPointer { between in
          for (y, row) in rows.enumerated() {
            let (upper, lower) = (row.first * length, row.second * length)
            for index in 0..<length {
              between[index] = samples[upper + index] + (samples[lower + index] - samples[upper + index]) * row.share
            }
            var at = y * length
            for column in columns {
              let (left, right) = (column.first * 3, column.second * 3)
              total[at] += between[left] + (between[right] - between[left]) * column.share
              total[at + 1] += between[left + 1] + (between[right + 1] - between[left + 1]) * column.share
              total[at + 2] += between[left + 2] + (between[right + 2] - between[left + 2]) * column.share
              at += 3
            }
          }
        }
      }
    }
  }
}
