import Testing

@testable import Phantoms

@Suite struct PhantomRuleTests {
  @Test(arguments: Code.allCases)
  func `what is planned for a code leads back to it`(code: Code) {
    var random = PhantomRandom(4)
    for _ in 0..<2_000 {
      let plan = LesionPlan.drawn(for: code, &random)
      #expect(
        PhantomRule.code(
          architecture: plan.architecture, network: plan.network, vessels: plan.vessels, regression: plan.regression,
          keratosis: plan.keratosis) == code)
    }
  }

  @Test func `the first rule that fits decides`() {
    func code(
      _ shape: Architecture, network: Bool = false, vessels: [String] = [], regression: Bool = false,
      keratosis: Bool = false
    ) -> Code {
      PhantomRule.code(
        architecture: shape, network: network, vessels: vessels, regression: regression, keratosis: keratosis)
    }
    #expect(code(.irregular, vessels: ["arborizing"], regression: true, keratosis: true) == .bkl)
    #expect(code(.irregular, vessels: ["arborizing"]) == .mel)
    #expect(code(.irregular, network: true, regression: true) == .mel)
    #expect(code(.irregular, network: true) == .nv)
    #expect(code(.oval, vessels: ["arborizing"], regression: true) == .bcc)
    #expect(code(.round, vessels: ["dotted"]) == .nv)
  }

  @Test func `plans have variety: every value of every question appears`() {
    var random = PhantomRandom(6)
    let plans = (0..<2_000).map { LesionPlan.drawn(for: Code.allCases[$0 % 4], &random) }
    #expect(Set(plans.map(\.architecture)).count == 3)
    #expect(Set(plans.map(\.network)).count == 2)
    #expect(Set(plans.flatMap(\.structures)) == ["dots", "globules", "streaks"])
    #expect(Set(plans.flatMap(\.vessels)) == ["arborizing", "dotted", "linear"])
    #expect(Set(plans.map(\.regression)).count == 2)
    #expect(Set(plans.flatMap { $0.ground + $0.patches.map(\.color) }).count == PhantomColor.allCases.count)
    #expect(plans.contains { $0.tone < 0.1 } && plans.contains { $0.tone > 0.9 })
  }
}
