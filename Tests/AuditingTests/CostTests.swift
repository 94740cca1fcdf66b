import Dermoscopy
import Testing
import TestModels

@testable import Auditing

/// Nothing is computed twice, and the plan says what is computed.
@Suite(.timeLimit(.minutes(5))) struct CostTests {
  @Test func `words, seeds, chain and groups encode nothing beyond the control's picture`() async throws {
    let fixture = try AuditFixture(4)
    defer { fixture.remove() }
    let model = try PlantedModels.model(.none)
    let printing = ["diagnosis", "neutral_word", "nonsense_word"]
    for family in ["words", "chain", "groups"] {
      let document = try ArmsDocument.builtin(named: family)
      let arms = document.arms.filter { !printing.contains($0.name) }
      let before = model.encodes
      let work = try await run(fixture, arms, model, family)
      #expect(model.encodes - before == 4)
      #expect(work.encodes == 4 && work.controlEncodes == 4)
    }
    // The chance family shows two cards as something out of scope.
    let chance = try ArmsDocument.builtin(named: "chance").arms.filter { $0.role == .control }
    let before = model.encodes
    _ = try await run(fixture, chance, model, "chance")
    #expect(model.encodes - before == 4)
  }

  @Test func `a picture that two arms ask for is read once`() async throws {
    let fixture = try AuditFixture(4)
    defer { fixture.remove() }
    let model = try PlantedModels.model(.none)
    let looking = try ArmsDocument.builtin(named: "looking").arms.filter { $0.name == "skin_card" }
    let chance = try ArmsDocument.builtin(named: "chance").arms.filter { $0.name == "blank" }
    let work = try await run(fixture, looking + chance, model, "cards")
    #expect(model.encodes == 8 && work.encodes == 8)
  }

  @Test func `the plan's encodes and prompts are those that are done`() async throws {
    let fixture = try AuditFixture(4)
    defer { fixture.remove() }
    let model = try PlantedModels.model(.none)
    let arms = try ["looking", "chance"].flatMap { try ArmsDocument.builtin(named: $0).arms }
    let plan = try plan(fixture, arms, model)
    let work = try await run(fixture, arms, model, "planned")
    #expect(plan.cost.encodes == work.encodes)
    #expect(plan.cost.prompts(perExamination: plan.promptsPerExamination) == work.prompts)
    #expect(plan.cost.examinations == work.examinations)
  }

  @Test func `a budget leaves doses out first, then images, and says so`() throws {
    let fixture = try AuditFixture(1)
    defer { fixture.remove() }
    let arms = try ArmSelection("all").arms
    let suitability = ArmSuitability(
      try .builtin(named: "seed"), model: try PlantedModels.model(.none), phantoms: 0)
    let timing = AuditTiming(picture: 0.1, view: 0.05, review: 0.05, text: 0.02)
    func plan(_ seconds: Double?) -> AuditPlan {
      AuditPlan(
        arms, limits: .init(seconds: seconds), suitability: suitability, available: 1_000, timing: timing)
    }
    let full = plan(nil)
    #expect(full.images == 1_000 && full.quickReason == nil)
    let all = try #require(full.seconds)
    let half = plan(all / 2)
    #expect(half.quickReason == nil && half.images == 500)
    let hundredth = plan(all / 50)
    #expect(hundredth.quickReason == "left out by --budget" && hundredth.images < 200)
    #expect(try #require(hundredth.seconds) <= all / 50)
    #expect(hundredth.entries.contains { $0.leftOut.contains { $0.contains("left out by --budget") } })
    #expect(
      AuditPlan(arms, limits: .init(isQuick: true), suitability: suitability, available: 1_000, timing: timing).images
        == 200)
  }

  @Test func `what is only computed, and other seeds, are listed like every arm`() throws {
    let suitability = ArmSuitability(try .builtin(named: "seed"), model: try PlantedModels.model(.none), phantoms: 0)
    let arms = try ArmSelection("all").arms
    let plan = AuditPlan(arms, limits: .init(isQuick: true), suitability: suitability, available: 9, timing: nil)
    let listed = plan.audited([:], [])
    #expect(listed.count == arms.count)
    let free = ["photographs", "selective_answers", "conformal_sets", "skin_lightness", "seeds"]
    for name in free {
      let arm = try #require(listed.first { $0.name == name }, "\(name)")
      #expect(arm.status == .run && arm.encodes == 0 && (arm.prompts > 0) == (name == "seeds"))
    }
    #expect(listed.filter { free.contains($0.name) }.map(\.family) == [.camera, .chance, .chance, .chance, .groups])
    #expect(listed.first { $0.name == "seeds" }?.reason == "doses 2, 3, 4, 5, 6, 7, 8, 9: left out by --quick")
    #expect(listed.first { $0.name == "toggled_Network" }?.status == .notApplicable)
  }

  @Test func `arms that a protocol or a model does not support are not applicable, with the reason`() throws {
    let direct = ArmSuitability(
      try .builtin(named: "direct"), model: try PlantedModels.model(.none), phantoms: 0)
    #expect(direct.objection(to: .anotherNotes) == "the protocol takes no notes")
    #expect(direct.objection(to: .order(.nevus)) == nil)
    let taught = ArmSuitability(
      try .builtin(named: "seed"),
      model: ScriptedModel(metadata: ["dermgemma.calibration.classification.temperature": [1]]), phantoms: 0)
    #expect(taught.objection(to: .rewording([])) == "the model was taught one wording")
    #expect(
      taught.objection(to: .note(question: "Vessels", value: "dotted", toward: nil))
        == "the protocol does not ask about Vessels")
    #expect(taught.objection(to: .toggledPhantom(question: "Network")) == "no image is a phantom of this program")
  }

  private func plan(_ fixture: AuditFixture, _ arms: [AuditArm], _ model: SeeingModel) throws -> AuditPlan {
    AuditPlan(
      arms, extent: .full, suitability: ArmSuitability(try .builtin(named: "seed"), model: model, phantoms: 0),
      images: fixture.manifest.entries.count, available: fixture.manifest.entries.count, timing: nil)
  }

  private func run(
    _ fixture: AuditFixture, _ arms: [AuditArm], _ model: SeeingModel, _ name: String
  ) async throws -> AuditWork {
    let plan = try plan(fixture, arms, model)
    let journal = try AuditJournal("\(fixture.folder)/\(name).jsonl")
    let reader = AuditReader(
      model: model, readingProtocol: try .builtin(named: "seed"), arms: plan.arms, seed: 0)
    try await AuditRun(
      samples: fixture.manifest.entries, journal: journal, plan: plan, parallel: 2, tell: { _ in }, reader: reader
    ).run()
    return try fixture.manifest.entries.indices.reduce(into: AuditWork()) { sum, position in
      if let image = try journal.image(position) { sum += image.work }
      if let pair = try journal.pair(position) { sum += pair.work }
    }
  }
}
