import Dermoscopy
import Testing
import Validation

@testable import AuditStatistics

/// Four images, worked out by hand: two melanomas, two nevi, under one corruption of severity 3.
@Suite("Another camera")
struct CameraFiguresTests {
  static let answers: [AuditAnswer] = [
    answer("a", [0.8, 0.1, 0.05, 0.05], truth: .melanoma, seed: 1),
    answer("b", [0.5, 0.45, 0.03, 0.02], truth: .melanoma, seed: 1),
    answer("c", [0.1, 0.8, 0.05, 0.05], truth: .nevus, seed: 1),
    answer("d", [0.2, 0.7, 0.05, 0.05], truth: .nevus, seed: 1),
    answer("a", .camera, [0.3, 0.6, 0.05, 0.05], arm: "jpeg", dose: 3),
    answer("b", .camera, [0.4, 0.5, 0.05, 0.05], arm: "jpeg", dose: 3),
    answer("c", .camera, [0.3, 0.3, 0.3, 0.1], arm: "jpeg", dose: 3),
    answer("d", .camera, [0.1, 0.8, 0.05, 0.05], arm: "jpeg", dose: 3),
  ]

  let all = figures(answers)

  @Test("loses the balanced accuracy that was worked out by hand")
  func drop() {
    // Before: 2 of 2 and 2 of 2. After: no melanoma is right; c is a tie, which is MEL by the order of codes.
    #expect(all[.balancedAccuracy]?.estimate.value == 1)
    #expect(all[.cameraBalancedAccuracy, arm: "jpeg", dose: 3]?.estimate.value == 0.25)
    #expect(all[.cameraDrop, arm: "jpeg", dose: 3]?.estimate.value == 0.75)
    #expect(all[.cameraMeanDrop]?.estimate.value == 0.75)
    #expect(all[.cameraWorstDrop, arm: "jpeg"]?.estimate.value == 0.75)
    #expect(all[.cameraMeanDrop]?.floor?.estimate.reason == "no answered image has one of the four codes as truth")
  }

  @Test("calls melanomas at the threshold of the originals")
  func melanomas() {
    // At 0.5 both melanomas are called and no nevus; 0.2 would call one of two nevi, more than 20 %.
    let point = OperatingPoint(AuditTable(Self.answers).control, truth: AuditTable(Self.answers).truth)
    #expect(point.threshold == 0.5)
    #expect(all[.melanomaSensitivity]?.estimate.value == 1)
    #expect(all[.cameraMelanomaSensitivity, arm: "jpeg", dose: 3]?.estimate.value == 0)
    #expect(all[.melanomasLost, dose: 3]?.estimate.value == 1)
    // (0.5 + 0.1 + 0.2 + 0.1) / 4 and (0.5 + 0.1) / 2.
    #expect(near(all[.melanomaRange]?.estimate.value, 0.225))
    #expect(near(all[.melanomaRange, code: .melanoma]?.estimate.value, 0.3))
  }

  @Test("tells clear changes from close ones")
  func flips() {
    // a: margins 0.7 and 0.3. b: 0.05 before. c: a tie after.
    #expect(all[.cameraFlips]?.estimate.value == 0.25)
    #expect(all[.closeCameraFlips]?.estimate.value == 0.5)
    #expect(all[.cameraFlips]?.floor?.estimate.reason == "no image was read under a second seed")
  }

  @Test("gives a share of 0 or 1 Wilson's interval over lesions")
  func certain() throws {
    // Two melanomas of one lesion count once: Wilson's interval of 1 in 1 begins at 1 / (1 + 1.96²).
    let one = try #require(
      figures([
        answer("a", [0.8, 0.2, 0, 0], truth: .melanoma, lesion: "L"),
        answer("b", [0.8, 0.2, 0, 0], truth: .melanoma, lesion: "L"),
        answer("c", [0.1, 0.9, 0, 0], truth: .nevus),
      ])[.melanomaSensitivity])
    #expect(one.estimate.value == 1 && one.estimate.count == 2 && one.estimate.high == 1)
    #expect(abs((one.estimate.low ?? 0) - 1 / (1 + 1.959963984540054 * 1.959963984540054)) < 1e-12)
  }

  @Test("is never certain because every resample is the same")
  func sameResamples() {
    // All four right: Wilson's interval of 4 in 4 begins at 4 / (4 + 1.96²).
    let squared = 1.959963984540054 * 1.959963984540054
    #expect(abs((all[.balancedAccuracy]?.estimate.low ?? 0) - 4 / (4 + squared)) < 1e-12)
    let still = figures(
      Self.answers.filter { $0.role == .control }
        + Self.answers.filter { $0.role == .control }.map { control in
          answer(control.image, .camera, (0..<4).map { control.probabilities?[$0] ?? 0 }, arm: "same", dose: 3)
        })
    #expect(still[.cameraMeanDrop]?.estimate.value == 0)
    #expect(still[.cameraMeanDrop]?.estimate.low == nil)
  }

  @Test("counts lesions, not photographs, when photographs disagree")
  func photographs() {
    let all = figures([
      answer("a", [0.8, 0.2, 0, 0], seed: 1, lesion: "L"), answer("b", [0.2, 0.8, 0, 0], seed: 1, lesion: "L"),
      answer("c", [0.8, 0.2, 0, 0], seed: 1, lesion: "L"), answer("d", [0.8, 0.2, 0, 0], seed: 1, lesion: "M"),
      answer("e", [0.7, 0.3, 0, 0], seed: 1, lesion: "M"), answer("f", [0.7, 0.3, 0, 0], seed: 1, lesion: "N"),
      answer("a", [0.1, 0.9, 0, 0], seed: 2, lesion: "L"), answer("d", [0.9, 0.1, 0, 0], seed: 2, lesion: "M"),
    ])
    #expect(all[.anotherPhotograph]?.estimate.value == 0.5)
    #expect(all[.anotherPhotograph]?.estimate.count == 2)
    // Under a second seed, the first photograph of L changes and that of M does not.
    #expect(all[.anotherPhotograph]?.floor?.estimate.value == 0.5)
    #expect(all[.balancedAccuracy]?.estimate.value == nil)
    #expect(all[.balancedAccuracy]?.estimate.reason == "no answered image has one of the four codes as truth")
  }
}
