import Foundation
import Testing

@testable import Phantoms

@Suite struct PolynomialsTests {
  @Test func `sine, cosine and direction agree with the library's`() {
    for step in -200...200 {
      let turns = Float(step) / 77
      let angle = Double(turns) * 2 * .pi
      #expect(abs(Double(Polynomials.sine(turns)) - sin(angle)) < 1e-3)
      #expect(abs(Double(Polynomials.cosine(turns)) - cos(angle)) < 1e-3)
      let around = Polynomials.direction(Float(cos(angle)) * 5, Float(sin(angle)) * 5)
      let away = abs(around - (turns - turns.rounded(.down)))
      #expect(min(away, 1 - away) < 1e-3)
    }
    #expect(Polynomials.direction(0, 0) == 0)
  }

  @Test func `powers and logarithms of two agree with the library's`() {
    for step in -60...60 {
      let x = Float(step) / 9
      #expect(abs(Double(Polynomials.exp2(x)) / exp2(Double(x)) - 1) < 1e-3)
      #expect(abs(Double(Polynomials.log2(exp2(x))) - Double(x)) < 1e-3)
    }
    #expect(Polynomials.log2(0) < -19)
    #expect(Polynomials.exp2(1_000) == Polynomials.exp2(30))
  }

  @Test func `floor is the largest whole number not above`() {
    for x: Float in [-2.5, -2, -0.1, 0, 0.9, 1, 7.999] {
      #expect(Float(Polynomials.floor(x)) == x.rounded(.down))
    }
    #expect(Polynomials.floor(.infinity) == 1_000_000_000)
  }

  @Test func `noise is smooth, bounded and its own`() {
    var random = PhantomRandom(3)
    let one = Noise(&random)
    let other = Noise(&random)
    var differs = false
    for step in 0..<500 {
      let x = Float(step) * 0.13 - 20
      let value = one.smooth(x, -x * 0.7)
      #expect(value >= 0 && value <= 1)
      #expect(abs(one.smooth(x + 0.001, -x * 0.7) - value) < 0.01)
      differs = differs || abs(other.smooth(x, -x * 0.7) - value) > 0.1
    }
    #expect(differs)
  }

  @Test func `random numbers keep to their ranges and spread over them`() {
    var random = PhantomRandom(1, 2, 3)
    var counts = [0, 0, 0, 0]
    for _ in 0..<4_000 { counts[random.count(0...3)] += 1 }
    #expect(counts.allSatisfy { $0 > 850 && $0 < 1_150 })
    var again = PhantomRandom(1, 2, 3)
    var swapped = PhantomRandom(1, 3, 2)
    #expect(again.next() != swapped.next())
  }
}
