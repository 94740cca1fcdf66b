import Testing

@testable import Phantoms

@Suite struct ExposureTests {
  @Test func `blur keeps an even field even and spreads a point`() {
    var even = Array(repeating: Triple(0.5, 0.4, 0.3), count: 20 * 15)
    Blur(radius: 1.2).apply(to: &even, width: 20, height: 15)
    #expect(even.allSatisfy { abs($0.x - 0.5) < 1e-4 && abs($0.y - 0.4) < 1e-4 && abs($0.z - 0.3) < 1e-4 })

    var point = Array(repeating: Triple.zero, count: 21 * 21)
    point[10 * 21 + 10] = Triple(1, 1, 1)
    Blur(radius: 1).apply(to: &point, width: 21, height: 21)
    #expect(point[10 * 21 + 10].x < 0.3)
    #expect(point[10 * 21 + 11].x > 0.05)
    #expect(abs(point.reduce(Triple.zero, +).x - 1) < 1e-3)
  }

  @Test func `a stroke covers its middle, not far away, and stays within the layer`() {
    let canvas = Canvas(width: 90, height: 60)
    var layer = Layer(over: canvas)
    layer.stroke(from: SIMD2(-5_000, 200), to: SIMD2(5_000, 200), radius: 12, 12)
    layer.spot(at: SIMD2(1e30, -1e30), radius: 5)
    var covered = 0
    layer.forEachCovered { _, coverage in
      covered += 1
      #expect(coverage <= 1)
    }
    #expect(covered >= 90 && covered < 90 * 12)
    #expect(layer.coverage[Int(200 * canvas.scale) * 90 + 45] == 1)
    #expect(layer.coverage[5 * 90 + 45] == 0)
  }
}
