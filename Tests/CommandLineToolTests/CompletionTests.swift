import Foundation
import TestPrograms
import Testing

@testable import CommandLineTool

@Suite(.timeLimit(.minutes(10))) struct CompletionTests {
  /// Runs a shell; `nil` where it is not installed.
  private func shell(
    _ name: String, _ arguments: [String], _ script: String
  ) async throws -> (status: Int32?, output: String)? {
    guard let path = ["/bin/", "/usr/bin/"].map({ $0 + name }).first(where: { access($0, X_OK) == 0 }) else {
      return nil
    }
    let file = try TestFolders.folder(["script": Array(script.utf8)]).appendingPathComponent("script")
    let outcome = try await Program.run(arguments + [file.path], program: path)
    return (outcome.status, outcome.text + outcome.errors)
  }

  private func completed(_ line: String) async throws -> Set<String> {
    let script = try await Program.run(["completions", "bash"]).text
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
    let asked = """
      \(script)
      COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
      cd /etc/ssl; _dermgemma; printf '%s\\n' "${COMPREPLY[@]}"
      """
    let answer = try #require(try await shell("bash", [], asked))
    #expect(answer.status == 0, "\(answer.output)")
    return Set(answer.output.split(separator: "\n").map(String.init))
  }

  @Test func `bash completes commands, verbs, options and their values`() async throws {
    #expect(try await completed("dermgemma an") == ["analyze"])
    #expect(try await completed("dermgemma ").isSuperset(of: Tool.commands.map(\.name)))
    #expect(try await completed("dermgemma analyze --s") == ["--seed", "--shard"])
    #expect(try await completed("dermgemma models pu") == ["pull"])
    #expect(try await completed("dermgemma analyze --protocol ext") == ["extended"])
    #expect(try await completed("dermgemma analyze --model medgemma-1.5-4b-q4") == ["medgemma-1.5-4b-q4_k_m"])
    #expect(try await completed("dermgemma analyze --labels cer") == ["certs"])
    #expect(try await completed("dermgemma analyze --device ") == ["auto", "cpu", "gpu"])
    #expect(try await completed("dermgemma analyze --precision ") == ["f32", "bf16"])
    #expect(try await completed("dermgemma analyze --threads ") == [])
    #expect(try await completed("dermgemma analyze opt") == [])
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func `a shell takes its script as it is`(_ name: String) async throws {
    let script = try await Program.run(["completions", name])
    #expect(script.status == 0)
    for command in Tool.commands {
      #expect(script.text.contains(command.name))
      for option in command.options {
        #expect(script.text.contains(name == "fish" ? "-l \(option.name.dropFirst(2))" : option.name))
      }
    }
    if let checked = try await shell(name, ["-n"], script.text) {
      #expect(checked.status == 0 && checked.output.isEmpty, "\(checked.output)")
    }
  }

  @Test func `the manual page has every command and option, and no line that roff would take for an order`()
    async throws
  {
    let page = try await Program.run(["completions", "man"])
    #expect(page.status == 0)
    for command in Tool.commands {
      #expect(page.text.contains("\n.SS \(command.name)\n"))
      for option in command.options {
        #expect(page.text.contains("\\fB\(option.name.replacing("-", with: "\\-"))\\fR"))
      }
    }
    let orders: Set = [
      ".\\\"", ".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".BR", ".I", ".RS", ".RE", ".nf", ".fi", ".br",
    ]
    for line in page.lines where line.hasPrefix(".") || line.hasPrefix("'") {
      #expect(orders.contains(line.split(separator: " ").first.map(String.init) ?? ""), "\(line)")
    }
    #expect(ManualPage.escaped("N − 1") == "N \\[u2212] 1")
    #expect(ManualPage.escaped(".hidden a-b \\n") == "\\&.hidden a\\-b \\en")
  }
}
