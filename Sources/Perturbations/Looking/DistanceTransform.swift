/// Distances to a set of pixels, exactly (Felzenszwalb and Huttenlocher 2012).
enum DistanceTransform {
  /// The squared distance, in pixels, of each pixel's centre to that of the nearest pixel of the set; a very large number
  /// where the set is empty.
  static func squares(to set: [Bool], width: Int, height: Int) -> [Float] {
    var result = set.map { $0 ? Float(0) : far }
    var line = [Float](repeating: 0, count: max(width, height))
    for x in 0..<width {
      for y in 0..<height { line[y] = result[y * width + x] }
      let lower = envelope(line, count: height)
      for y in 0..<height { result[y * width + x] = lower[y] }
    }
    for y in 0..<height {
      for x in 0..<width { line[x] = result[y * width + x] }
      let lower = envelope(line, count: width)
      for x in 0..<width { result[y * width + x] = lower[x] }
    }
    return result
  }

  private static let far: Float = 1e12

  /// The lower envelope of parabolas that stand on a line's values.
  private static func envelope(_ values: [Float], count: Int) -> [Float] {
    var feet = [Int](repeating: 0, count: count)
    var starts = [Double](repeating: 0, count: count + 1)
    var last = 0
    starts[0] = -Double.infinity
    starts[1] = .infinity
    for place in 1..<max(count, 1) where place < count {
      var meeting = meets(values, feet[last], place)
      while last > 0, meeting <= starts[last] {
        last -= 1
        meeting = meets(values, feet[last], place)
      }
      last += 1
      feet[last] = place
      starts[last] = meeting
      starts[last + 1] = .infinity
    }
    var result = [Float](repeating: 0, count: count)
    var current = 0
    for place in 0..<count {
      while starts[current + 1] < Double(place) { current += 1 }
      let distance = Float(place - feet[current])
      result[place] = min(far, distance * distance + values[feet[current]])
    }
    return result
  }

  /// Where two parabolas meet.
  private static func meets(_ values: [Float], _ a: Int, _ b: Int) -> Double {
    let (left, right) = (Double(values[a]) + Double(a * a), Double(values[b]) + Double(b * b))
    return (right - left) / Double(2 * (b - a))
  }
}
