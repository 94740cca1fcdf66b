import Foundation
import TestPrograms
import Testing

@Suite(.timeLimit(.minutes(10))) struct ConfigurationTests {
  private func configured(_ text: String) throws -> [String: String] {
    ["DERMGEMMA_CONFIG": try TestFolders.folder(["config.json": Array(text.utf8)]).path + "/config.json"]
  }

  @Test func `the effective settings are printed with where each is from`() async throws {
    let variables = try configured(#"{"threads": 3, "protocol": "direct", "port": 8080}"#)
      .merging(["DERMGEMMA_THREADS": "2", "HF_HOME": "/models", "HF_TOKEN": "secret"]) { $1 }
    let printed = try await Program.run(["config"], variables: variables)
    let file = try #require(variables["DERMGEMMA_CONFIG"])
    #expect(printed.status == 0)
    for line in [
      "# \(file)", "threads    2  (from DERMGEMMA_THREADS)", "protocol   direct  (from \(file))",
      "port       8080  (from \(file))", "parallel   as many as free memory allows, at most 8 per engine  (default)",
      "cache      /models/hub  (from HF_HOME)",
      "token      set, not shown  (from HF_TOKEN)", "offline    no  (default)",
    ] {
      #expect(printed.lines.contains(line), "\(line)\n\(printed.text)")
    }
    #expect(!printed.text.contains("secret"))
  }

  @Test(arguments: [
    (#"{"thread": 3}"#, "unknown key \"thread\"; known are"), (#"{"threads": "3"}"#, "threads: not a whole number"),
    (#"{"threads": 0}"#, "threads: 0 is not from 1 to 512"), (#"{"protocol": ""}"#, "protocol: is empty"),
    (#"{"device": "cuda"}"#, "device: \"cuda\" is not one of auto, cpu, gpu"),
    (#"{"precision": "half"}"#, "precision: \"half\" is not one of f32, bf16"),
    ("{", "not valid JSON"), ("[]", "not an object"),
    (#"{"models": [{"name": "x"}]}"#, "models[0]: \"repository\" is missing"),
    (#"{"models": [{"name": "x", "url": ""}]}"#, "models[0]: unknown key \"url\""),
  ])
  func `a configuration that cannot be meant is refused with its place`(_ text: String, _ says: String) async throws {
    let outcome = try await Program.run(["config"], variables: try configured(text))
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains("config.json: " + says), "\(outcome.errors)")
  }

  @Test func `a configuration that is named has to be there, the usual one need not`() async throws {
    let outcome = try await Program.run(["config"], variables: ["DERMGEMMA_CONFIG": "none.json"])
    #expect(outcome.status == 66)
    #expect(try await Program.run(["config"]).status == 0)
  }

  @Test func `a setting holds where the command line says nothing, and a wrong one says where it is from`() async throws
  {
    let images = try TestFolders.folder(TestFolders.phantoms(1))
    let model = try TinyModelFiles.shared()
    let variables = try configured(
      #"{"protocol": "direct", "threads": 1, "model": "\#(model.text)", "mmproj": "\#(model.projector)"}"#)
    let bySetting = try await Program.run(["analyze", "--json", "."], in: images, variables: variables)
    #expect(bySetting.status == 0, "\(bySetting.errors)")
    #expect(bySetting.text.contains(#""protocol":{"id":"direct""#))
    let byOption = try await Program.run(
      ["analyze", "--json", "--protocol", "seed", "."], in: images, variables: variables)
    #expect(byOption.text.contains(#""protocol":{"id":"seed""#), "\(byOption.errors)")

    let wrong = try await Program.run(
      ["analyze", "."], in: images, variables: variables.merging(["DERMGEMMA_THREADS": "many"]) { $1 })
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("--threads many (from DERMGEMMA_THREADS): not a whole number"))
  }

  @Test func `weights on the command line are never mixed with a configured projector`() async throws {
    let outcome = try await Program.run(
      ["analyze", "x.png", "--model", "a.gguf"], variables: try configured(#"{"model": "b.gguf", "mmproj": "c.gguf"}"#))
    #expect(outcome.status == 64 && outcome.errors.contains("give --mmproj as well"))
  }
}
