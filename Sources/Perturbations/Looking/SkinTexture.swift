/// The skin's fine texture: what is left of it without its slow changes of colour.
struct SkinTexture {
  private let width: Int
  private let height: Int
  private let isSkin: [Bool]
  /// Deviations from the local mean, red, green and blue; 0 outside the skin.
  private let deviations: [Float]
  /// For each pixel how many pixels that are not skin lie above and to the left of it.
  private let obstacles: [Int32]

  /// Half the side of the squares over which the local mean is taken, in parts of the short side.
  private static let reach = 0.03
  /// Sides of the patches that are laid, largest first, in parts of the short side.
  private static let sides = [0.14, 0.07, 0.035, 0.01]
  /// How often a place for a patch is drawn before smaller ones are tried.
  private static let attempts = 200

  init(_ image: FloatImage, isSkin: [Bool]) {
    width = image.width
    height = image.height
    self.isSkin = isSkin
    let short = Double(min(width, height))
    let reach = max(1, Int(Self.reach * short))
    let counts = Self.table(width, height) { isSkin[$0] ? 1 : 0 }
    obstacles = Self.table(width, height) { isSkin[$0] ? 0 : 1 }
    var deviations = [Float](repeating: 0, count: image.samples.count)
    for channel in 0..<3 {
      let sums = Self.table(width, height) { isSkin[$0] ? Int32(image.samples[$0 * 3 + channel]) : 0 }
      for y in 0..<height {
        for x in 0..<width where isSkin[y * width + x] {
          let box = PixelBox(
            left: max(0, x - reach), top: max(0, y - reach), right: min(width, x + reach + 1),
            bottom: min(height, y + reach + 1))
          let mean = Float(Self.sum(sums, box, width)) / Float(max(1, Self.sum(counts, box, width)))
          deviations[(y * width + x) * 3 + channel] = image.samples[(y * width + x) * 3 + channel] - mean
        }
      }
    }
    self.deviations = deviations
  }

  /// Texture for some pixels: patches of skin, laid with overlaps whose weights keep the texture's strength.
  func field(where wanted: [Bool], _ random: inout RandomStream) -> [Float] {
    var field = [Float](repeating: 0, count: deviations.count)
    guard let (side, places) = patches(&random) else { return field }
    var squares = [Float](repeating: 0, count: width * height)
    let step = max(1, side / 2)
    for top in stride(from: 1 - step, to: height, by: step) {
      for left in stride(from: 1 - step, to: width, by: step) {
        let from = places[random.below(places.count)]
        for dy in 0..<side where top + dy >= 0 && top + dy < height {
          for dx in 0..<side where left + dx >= 0 && left + dx < width {
            let to = (top + dy) * width + left + dx
            guard wanted[to] else { continue }
            let weight = Self.weight(dx, side) * Self.weight(dy, side)
            squares[to] += weight * weight
            let source = ((from.y + dy) * width + from.x + dx) * 3
            for channel in 0..<3 { field[to * 3 + channel] += deviations[source + channel] * weight }
          }
        }
      }
    }
    for index in squares.indices where squares[index] > 0 {
      let scale = 1 / squares[index].squareRoot()
      for channel in 0..<3 { field[index * 3 + channel] *= scale }
    }
    return field
  }

  /// Places of patches that show nothing but skin, as large as possible; `nil` where there is none.
  private func patches(_ random: inout RandomStream) -> (side: Int, places: [(x: Int, y: Int)])? {
    for share in Self.sides {
      let side = max(2, Int(share * Double(min(width, height))))
      guard side <= width, side <= height else { continue }
      var places: [(x: Int, y: Int)] = []
      for _ in 0..<Self.attempts {
        let place = (x: random.below(width - side + 1), y: random.below(height - side + 1))
        let box = PixelBox(left: place.x, top: place.y, right: place.x + side, bottom: place.y + side)
        if Self.sum(obstacles, box, width) == 0 { places.append(place) }
      }
      if !places.isEmpty { return (side, places) }
    }
    return nil
  }

  private static func weight(_ place: Int, _ side: Int) -> Float {
    1 - abs(2 * (Float(place) + 0.5) / Float(side) - 1)
  }

  /// Sums over all pixels above and to the left, with one row and one column more than the picture.
  private static func table(_ width: Int, _ height: Int, _ value: (Int) -> Int32) -> [Int32] {
    var sums = [Int32](repeating: 0, count: (width + 1) * (height + 1))
    for y in 0..<height {
      var row: Int32 = 0
      for x in 0..<width {
        row &+= value(y * width + x)
        sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] &+ row
      }
    }
    return sums
  }

  private static func sum(_ sums: [Int32], _ box: PixelBox, _ width: Int) -> Int32 {
    let (upper, lower) = (box.top * (width + 1), box.bottom * (width + 1))
    return sums[lower + box.right] &- sums[lower + box.left] &- sums[upper + box.right] &+ sums[upper + box.left]
  }
}
