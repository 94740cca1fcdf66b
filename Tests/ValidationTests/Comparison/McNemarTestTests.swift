import Testing

@testable import Validation

@Suite struct McNemarTestTests {
  @Test(arguments: [(0, 0, 1.0), (3, 3, 1.0), (1, 5, 0.21875), (5, 1, 0.21875), (0, 6, 0.03125), (0, 1, 1)])
  func `small numbers have the probability that was worked out by hand`(first: Int, second: Int, expected: Double) {
    #expect(abs(McNemarTest.probability(first, second) - expected) < 1e-14)
  }

  @Test func `large numbers neither overflow nor lose their digits`() {
    // The normal approximation with continuity correction: z = (100 − 1)/√2100.
    let probability = McNemarTest.probability(1_000, 1_100)
    #expect(abs(probability - 0.030_7) < 0.001)
    #expect(McNemarTest.probability(0, 100_000) == 0)
    #expect(McNemarTest.probability(50_000, 50_000) == 1)
  }

  @Test func `pairs are counted by who is right`() {
    let test = McNemarTest([(true, true), (true, false), (true, false), (false, true), (false, false)])
    #expect((test.both, test.onlyFirst, test.onlySecond, test.neither) == (1, 2, 1, 1) && test.images == 5)
  }
}
