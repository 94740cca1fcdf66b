import Testing

@testable import Phantoms

@Suite struct PaintingTests {
  static let paintings = (0..<16).map { PhantomGenerator(seed: 31).painting($0, width: 120, height: 90) }

  @Test func `each colour that is named covers its share of the painted lesion, and no other does`() {
    for painting in Self.paintings {
      let shares = painting.countedAnew()
      for color in PhantomColor.allCases {
        let share = shares[color] ?? 0
        #expect(
          painting.truth.colors.contains(color.rawValue) == (share >= PhantomColor.noticeableShare),
          "\(color) \(share)")
      }
    }
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
