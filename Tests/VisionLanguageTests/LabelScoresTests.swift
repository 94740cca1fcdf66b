import Testing
import VisionLanguage

@Suite struct LabelScoresTests {
  @Test func `probabilities add up to one and keep the order`() {
    let scores = LabelScores(logProbabilities: [-1, -2, -30, -4], promptTokens: 0)
    let probabilities = scores.probabilities()
    #expect(abs(probabilities.reduce(0, +) - 1) < 1e-12)
    #expect(probabilities[0] > probabilities[1] && probabilities[1] > probabilities[3])
  }

  @Test func `very small probabilities do not underflow into nothing`() {
    let probabilities = LabelScores(logProbabilities: [-2000, -2001], promptTokens: 0).probabilities()
    #expect(abs(probabilities[0] - 0.731_058_578) < 1e-6)
  }

  @Test func `temperature flattens and bias shifts`() {
    let scores = LabelScores(logProbabilities: [-1, -3], promptTokens: 0)
    #expect(scores.probabilities(temperature: 4)[0] < scores.probabilities()[0])
    #expect(scores.probabilities(bias: [0, 2]) == [0.5, 0.5])
  }

  @Test func `scores that are not finite give an even distribution`() {
    #expect(LabelScores(logProbabilities: [-.infinity, -.infinity], promptTokens: 0).probabilities() == [0.5, 0.5])
  }
}
