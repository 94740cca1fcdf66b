import Testing

@testable import Phantoms

@Suite struct PaintingTests {
  static let paintings = (0..<16).map { PhantomGenerator(seed: 31).painting($0, width: 120, height: 90) }

  @Test func `each colour that is named covers its share of the painted lesion, and no other does`() {
    for painting in Self.paintings {
      let levels = painting.insideLevels()
      #expect(levels.count > 150)
      for color in PhantomColor.allCases {
        let hits = levels.filter { PhantomColor.named(red: $0.x, green: $0.y, blue: $0.z) == color }
        let share = Float(hits.count) / Float(levels.count)
        #expect(painting.truth.colors.contains(color.rawValue) == (share >= 0.05), "\(color) \(share)")
      }
    }
  }

  @Test func `colours are told from the largest to the smallest, and every planned one is among them`() {
    for painting in Self.paintings {
      let shares = painting.truth.colors.map { name in
        painting.shares.shares.first { $0.key.rawValue == name }?.value ?? 0
      }
      #expect(shares == shares.sorted(by: >))
      let planned = Set((painting.plan.ground + painting.plan.patches.map(\.color)).map(\.rawValue))
      #expect(planned.isSubset(of: painting.truth.colors))
    }
  }

  @Test func `a lesion stands out from its skin in the photograph`() {
    for index in 0..<8 {
      let painting = PhantomGenerator(seed: 31).painting(index, width: 120, height: 90)
      let bytes = painting.photographed()
      let inside = mean(bytes, of: painting, within: 0...0.75)
      let outside = mean(bytes, of: painting, within: 1.3...1.45)
      let difference = inside - outside
      #expect(max(abs(difference.x), abs(difference.y), abs(difference.z)) > 12, "\(index): \(inside) \(outside)")
    }
  }

  /// The mean levels of the photograph's pixels at some depth of the outline.
  private func mean(_ bytes: [UInt8], of painting: Painting, within depths: ClosedRange<Float>) -> Triple {
    let scale: Float = 90 / 450
    var sum = Triple.zero
    var count: Float = 0
    for row in 0..<90 {
      for column in 0..<120 {
        let away = SIMD2(Float(column) + 0.5, Float(row) + 0.5) / scale - painting.outline.centre
        let distance = (away.x * away.x + away.y * away.y).squareRoot()
        guard depths.contains(distance / painting.outline.radius(Polynomials.direction(away.x, away.y))) else {
          continue
        }
        let start = (row * 120 + column) * 3
        sum += Triple(Float(bytes[start]), Float(bytes[start + 1]), Float(bytes[start + 2]))
        count += 1
      }
    }
    return sum / max(1, count)
  }

  @Test func `what was planned is what is true`() {
    for painting in Self.paintings {
      #expect(painting.truth.architecture == painting.plan.architecture.rawValue)
      #expect(painting.outline.shape.fits(painting.plan.architecture))
      #expect(painting.truth.code == painting.plan.code.rawValue)
    }
  }

  @Test func `regression is never true without white or blue-gray`() {
    for painting in Self.paintings where painting.truth.regression {
      #expect(!Set(painting.truth.colors).isDisjoint(with: ["white", "blue-gray"]))
    }
  }

  @Test func `marks change the pixels of the lesion that they are painted on`() {
    var random = PhantomRandom(12)
    for structure in ["dots", "globules", "streaks"] {
      var plan = LesionPlan.drawn(for: .nv, &random)
      plan.structures = [structure]
      var canvas = Canvas(width: 150, height: 112)
      let outline = LesionOutline.drawn(.round, extent: canvas.extent, &random)
      canvas.density = Array(repeating: PhantomColor.lightBrown.density, count: canvas.density.count)
      let before = canvas.density
      PigmentMarks.paint(plan, outline, on: &canvas, &random)
      let changed = zip(before, canvas.density).filter { $1.y - $0.y > 0.5 }.count
      #expect(changed > 40, "\(structure): \(changed)")
    }
    for vessels in ["arborizing", "dotted", "linear"] {
      var canvas = Canvas(width: 150, height: 112)
      let outline = LesionOutline.drawn(.round, extent: canvas.extent, &random)
      canvas.density = Array(repeating: PhantomColor.pink.density, count: canvas.density.count)
      let before = canvas.density
      Vessels.paint([vessels], outline, on: &canvas, &random)
      let redder = zip(before, canvas.density).filter { $1.y - $0.y > 0.8 && $1.x - $0.x < 0.8 }.count
      #expect(redder > 40, "\(vessels): \(redder)")
    }
  }

  @Test func `no structure, no vessel and no keratosis leave the canvas alone`() {
    var random = PhantomRandom(13)
    var plan = LesionPlan.drawn(for: .nv, &random)
    plan.structures = []
    var canvas = Canvas(width: 60, height: 45)
    let outline = LesionOutline.drawn(.oval, extent: canvas.extent, &random)
    let before = canvas.density
    PigmentMarks.paint(plan, outline, on: &canvas, &random)
    Vessels.paint([], outline, on: &canvas, &random)
    #expect(canvas.density == before)
  }
}
