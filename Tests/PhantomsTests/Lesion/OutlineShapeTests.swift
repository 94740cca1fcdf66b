import Testing

@testable import Phantoms

@Suite struct OutlineShapeTests {
  @Test func `a circle measures as one`() {
    let shape = OutlineShape(radii: Array(repeating: 100, count: 512))
    #expect(abs(shape.aspect - 1) < 0.01)
    #expect(abs(shape.circularity - 1) < 0.01)
    #expect(shape.deviation < 0.01)
    #expect(shape.fits(.round) && !shape.fits(.oval) && !shape.fits(.irregular))
  }

  @Test func `an ellipse measures its axes and deviates from itself by nothing`() {
    let radii = (0..<512).map { i -> Float in
      let c = Polynomials.cosine(Float(i) / 512)
      let s = Polynomials.sine(Float(i) / 512) * 1.7
      return 100 / (c * c + s * s).squareRoot()
    }
    let shape = OutlineShape(radii: radii)
    #expect(abs(shape.aspect - 1.7) < 0.02)
    #expect(shape.deviation < 0.01)
    #expect(shape.fits(.oval) && !shape.fits(.round) && !shape.fits(.irregular))
  }

  @Test(arguments: Architecture.allCases)
  func `an outline is what it was drawn to be, by its measures alone`(architecture: Architecture) {
    var random = PhantomRandom(9)
    for _ in 0..<60 {
      let outline = LesionOutline.drawn(architecture, extent: (600, 450), &random)
      let measured = OutlineShape(radii: outline.radii)
      #expect(measured.fits(architecture), "\(measured)")
      #expect(Architecture.allCases.filter { measured.fits($0) } == [architecture])
    }
  }

  @Test func `a lesion lies within the frame`() {
    var random = PhantomRandom(10)
    for architecture in Architecture.allCases {
      for _ in 0..<30 {
        let outline = LesionOutline.drawn(architecture, extent: (600, 450), &random)
        for step in 0..<64 {
          let point = outline.point(Float(step) / 64, 1)
          #expect(point.x > 0 && point.x < 600 && point.y > 0 && point.y < 450)
        }
      }
    }
  }
}
