import Foundation
import TestPrograms
import Testing

@testable import CommandLineTool

@Suite(.timeLimit(.minutes(10))) struct UsageTests {
  static let commands = Tool.commands.map(\.name)

  /// A wrong command line and what the first line must say.
  struct Wrong: Sendable, CustomTestStringConvertible {
    var line: [String]
    var says: String
    var input: [UInt8] = []
    var testDescription: String { line.joined(separator: " ") }

    init(_ line: String, says: String, input: String = "") {
      self.line = line.split(separator: " ").map(String.init)
      self.says = says
      self.input = Array(input.utf8)
    }
  }

  static let wrong = [
    Wrong("analyse x.png", says: "Unknown command 'analyse'. Did you mean 'analyze'?"),
    Wrong("frobnicate", says: "Unknown command 'frobnicate'"),
    Wrong("help analyse", says: "Unknown command 'analyse'. Did you mean 'analyze'?"),
    Wrong("--verion", says: "Unknown command '--verion'"),
    Wrong("analyze x.png --sed 1", says: "Unknown option --sed. Did you mean --seed?"),
    Wrong("analyze x.png -j", says: "Unknown option -j"),
    Wrong("analyze x.png --seed", says: "--seed needs a value: --seed N"),
    Wrong("analyze x.png --model --mmproj y", says: "--model needs a value: --model FILE"),
    Wrong("analyze x.png --json=yes", says: "--json takes no value"),
    Wrong("analyze x.png --seed 1 --seed 2", says: "--seed was given more than once"),
    Wrong("analyze x.png --seed -1", says: "--seed -1: not a whole number of at least 0"),
    Wrong("analyze x.png --seed 1.5", says: "--seed 1.5: not a whole number"),
    Wrong("analyze x.png --seed 18446744073709551616", says: "not a whole number"),
    Wrong("analyze x.png --parallel 0", says: "--parallel 0: not a whole number from 1 to 32"),
    Wrong("analyze x.png --parallel 33", says: "from 1 to 32"),
    Wrong("analyze x.png --threads 513", says: "from 1 to 512"),
    Wrong("analyze x.png --threads two", says: "from 1 to 512"),
    Wrong("analyze x.png --protocol=", says: "--protocol is empty"),
    Wrong("analyze x.png --model only.gguf", says: "give --mmproj as well"),
    Wrong("analyze x.png --mmproj only.gguf", says: "give --model as well"),
    Wrong("analyze x.png --parallel 99 --labels none.csv", says: "from 1 to 32"),
    Wrong("analyze", says: "No image was named"),
    Wrong("analyze --json", says: "No image was named"),
    Wrong("analyze x.png --json --format fhir", says: "--json and --format fhir exclude each other"),
    Wrong("analyze x.png --format dicom-sr", says: "--format dicom-sr needs --out DIR"),
    Wrong("analyze x.png --format dicom-sc", says: "--format dicom-sc needs --out DIR"),
    Wrong("analyze x.png --keep-patient", says: "--out and --keep-patient belong to --format dicom-sr and dicom-sc"),
    Wrong("analyze x.png --fhir-version R5", says: "--fhir-version belongs to --format fhir"),
    Wrong(
      "records export --csv --fhir",
      says: "Say one of --jsonl, --csv, --parquet FILE, --fhir, --dicom-sr DIR and --dicom-sc DIR"),
    Wrong("records export --csv --images d", says: "--images belongs to --dicom-sc"),
    Wrong("datasets pull --study 1.2", says: "--study, --query and --push need --dicomweb URL"),
    Wrong("datasets pull --dicomweb http://127.0.0.1:1 --study x", says: "--study x: not a UID"),
    Wrong("datasets pull --dicomweb http://127.0.0.1:1 --query A", says: "--query has a part that is no KEY=VALUE"),
    Wrong("datasets pull --dicomweb http://127.0.0.1:1", says: "Say pull with --study UID"),
    Wrong("analyze x.png --resume", says: "--resume needs a database that knows what was read: --records FILE"),
    Wrong("analyze x.png --shard 1 --of 2", says: "--shard needs a database"),
    Wrong("analyze x.png --records r --shard 2 --of 2", says: "the last of 2 is 1"),
    Wrong("analyze x.png --records r --shard 1", says: "--shard and --of go together"),
    Wrong("analyze x.png --shard 0 --of 2 --group-by folder", says: "--shard needs a database"),
    Wrong(
      "analyze x.png --records r --shard 0 --of 2 --group-by lesion_id", says: "--group-by lesion_id needs --labels"),
    Wrong("analyze x.png --records r --of 2", says: "--shard and --of go together"),
    Wrong("analyze - --records r --resume", says: "Standard input cannot be read again"),
    Wrong("analyze - -", says: "Standard input can be read only once"),
    Wrong("analyze - --files-from -", says: "Standard input cannot be both the list and an image"),
    Wrong("analyze --files-from -", says: "Standard input can be read only once", input: "-\n-\n"),
    Wrong("ask", says: "Give one prompt"),
    Wrong("ask one two", says: "Give one prompt"),
    Wrong("ask hello --temperature 9", says: "--temperature 9: not a number from 0.0 to 5.0"),
    Wrong("ask hello --temperature nan", says: "not a number"),
    Wrong("ask hello --max-tokens 0", says: "from 1 to 4096"),
    Wrong("prepare", says: "Name one image"),
    Wrong("prepare x.png", says: "--out FILE"),
    Wrong("prepare x.png --out y.png --side 4", says: "from 16 to 4096"),
    Wrong("phantoms", says: "--out DIR"),
    Wrong("phantoms extra --out d", says: "Unexpected argument 'extra'"),
    Wrong("phantoms --count 0 --out d", says: "from 1 to 100000"),
    Wrong("analyze x.png --group-by lesion_id", says: "--group-by lesion_id needs --labels"),
    Wrong("validate all --images d --group-by nest", says: "--group-by nest needs --labels or --metadata"),
    Wrong("analyze x.png --device cuda", says: "--device cuda: not one of auto, cpu, gpu"),
    Wrong("analyze x.png --precision half", says: "--precision half: not one of f32, bf16"),
    Wrong("validate phase3 --from t.csv --precision bf16", says: "--precision is of images"),
    Wrong("serve --log loud", says: "--log loud: not one of debug, info, warning, error"),
    Wrong("serve --base-path derm", says: "--base-path must be a path such as /derm, not 'derm'"),
    Wrong("serve --base-path /a/../b", says: "--base-path must be a path such as /derm, not '/a/../b'"),
    Wrong("doctor now", says: "Unexpected argument 'now'"),
    Wrong("cluster local audit --images d --out r --limit 3", says: "--limit is an option of 'validate', and this"),
    Wrong("cluster local audit --images d --out r --isic-csv s.csv", says: "--isic-csv is an option of 'val"),
    Wrong("cluster slurm audit --images d --out r", says: "Say how many shards there are: --of N"),
    Wrong("cluster local audit extra --images d --out r", says: "Unexpected argument 'extra'"),
    Wrong("cluster local --images d --out r --arms camera", says: "--arms is an option of 'audit', and this"),
    Wrong("cluster local audit --images d --out r --budget 1h", says: "Unknown option --budget"),
    Wrong("protocols show", says: "Say list, show NAME, check FILE or schema"),
    Wrong("protocols show sed", says: "Built-in protocols are"),
    Wrong("protocols check", says: "Say list, show NAME, check FILE or schema"),
  ]

  @Test(arguments: wrong)
  func `a wrong command line ends in 64, says what is wrong and shows the usage`(_ wrong: Wrong) async throws {
    let folder = try TestFolders.folder()
    let outcome = try await Program.run(wrong.line, input: .bytes(wrong.input), in: folder)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    let first = try #require(outcome.errorLines.first)
    #expect(first.hasPrefix("dermgemma: ") && first.contains(wrong.says), "\(first)")
    #expect(outcome.errors.contains("--help'"))
    let command = wrong.line[0]
    // Which model to take is a question of its own, asked beyond the command line.
    if Self.commands.contains(command), !wrong.says.hasSuffix("as well") {
      #expect(outcome.errorLines.contains { $0.hasPrefix("Usage: dermgemma \(command)") }, "\(outcome.errors)")
    }
    #expect(try TestFolders.names(in: folder).isEmpty)
  }

  @Test func `without a command the overview is shown and the status is 64`() async throws {
    let outcome = try await Program.run([])
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    for command in Self.commands { #expect(outcome.errors.contains("  \(command) "), "\(command)") }
  }

  @Test func `the version is one line`() async throws {
    let outcome = try await Program.run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.text.wholeMatch(of: /dermgemma \d+\.\d+\.\d+\n/) != nil, "\(outcome.text)")
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: [["--help"], ["-h"], ["help"]])
  func `the overview lists every command`(_ arguments: [String]) async throws {
    let outcome = try await Program.run(arguments)
    #expect(outcome.status == 0)
    for command in Self.commands { #expect(outcome.text.contains("  \(command) "), "\(command)") }
    #expect(outcome.text.contains("never for the diagnosis of a person"))
    #expect(outcome.lines.allSatisfy { $0.count <= 80 })
  }

  static let options: [String: [String]] = [
    "analyze": [
      "--protocol NAME|FILE", "--seed N", "--labels CSV", "--image-column NAME", "--label-column NAME",
      "--allow-unlabelled", "--records FILE", "--resume", "--shard I", "--of N", "--digests FILE", "--json",
      "--format text|json|fhir|dicom-sr|dicom-sc", "--fhir-version R4|R5", "--out DIR", "--keep-patient",
      "--files-from FILE",
      "--parallel N", "--threads N", "--device auto|cpu|gpu", "--precision f32|bf16", "--frame N",
      "--keep-demographics",
      "--pseudonym-key FILE", "--model FILE", "--mmproj FILE", "--group-by COLUMN|folder", "--help",
    ],
    "ask": [
      "--image FILE", "--protocol NAME|FILE", "--prefix TEXT", "--max-tokens N", "--temperature T", "--seed N",
      "--json", "--threads N", "--device auto|cpu|gpu", "--precision f32|bf16", "--model FILE", "--mmproj FILE",
      "--help",
    ],
    "mcp": [
      "--images DIR", "--records FILE", "--data DIR", "--protocol NAME|FILE", "--parallel N", "--threads N",
      "--device auto|cpu|gpu", "--precision f32|bf16", "--model FILE|NAME", "--mmproj FILE", "--lora FILE[=SCALE]",
      "--endpoint URL", "--help",
    ],
    "prepare": ["--protocol NAME|FILE", "--out FILE", "--side N", "--help"],
    "protocols": ["--help"],
    "phantoms": ["--count N", "--seed S", "--out DIR", "--help"],
    "doctor": ["--device auto|cpu|gpu", "--model FILE", "--mmproj FILE", "--help"],
    "models": ["--connections N", "--help"],
    "datasets": [
      "--isic-ids FILE", "--collection N", "--limit N", "--out DIR", "--labels CSV",
      "--image-column NAME", "--label-column NAME", "--rate N", "--dicomweb URL", "--study UID",
      "--query KEY=VALUE", "--push PATH", "--dicomweb-token-file FILE", "--help",
    ],
    "config": ["--help"],
    "completions": ["--help"],
    "audit": [
      "--json", "--replicates N", "--seed N", "--records FILE", "--shard I", "--of N", "--digests FILE",
      "--kind tokens|occlusion",
      "--lora FILE[=SCALE]", "--endpoint URL",
      "--allow-remote",
      "--endpoint-key-file FILE", "--help",
    ],
    "merge": ["--out DIR", "--replace", "--isic-csv FILE", "--help"],
    "cluster": [
      "--out DIR", "--of N", "--workers N", "--tries N", "--gpus N", "--cpus N", "--memory SIZE", "--partition NAME",
      "--time TIME", "--image FILE", "--submit", "--json", "--images DIR", "--labels CSV", "--digests FILE",
      "--arms LIST", "--quick", "--masks DIR", "--help",
    ],
    "worker": [
      "--protocol NAME|FILE", "--seed N", "--parallel N", "--frame N", "--keep-demographics", "--pseudonym-key FILE",
      "--threads N", "--device auto|cpu|gpu", "--precision f32|bf16", "--model FILE|NAME", "--mmproj FILE",
      "--lora FILE[=SCALE]",
      "--endpoint URL", "--allow-remote", "--endpoint-key-file FILE", "--help",
    ],
    "compare": ["--json", "--out DIR", "--images DIR", "--limit N", "--help"],
    "records": [
      "--records FILE", "--data DIR", "--json", "--jsonl", "--csv", "--fhir", "--fhir-version R4|R5",
      "--dicom-sr DIR", "--dicom-sc DIR", "--images DIR", "--parquet FILE", "--limit N", "--image TEXT", "--sha",
      "--code CODE",
      "--flag NAME", "--clean", "--failed", "--protocol ID", "--weights NAME", "--run ID", "--from TIME", "--to TIME",
      "--text TEXT", "--help",
    ],
    "serve": [
      "--host ADDRESS", "--port N", "--base-path PATH", "--images DIR", "--labels CSV", "--image-column NAME",
      "--label-column NAME", "--data DIR", "--records FILE", "--allowed-host NAME", "--token-file FILE",
      "--tls-cert FILE", "--tls-key FILE", "--protocol NAME|FILE", "--parallel N", "--threads N",
      "--device auto|cpu|gpu", "--precision f32|bf16", "--queue N", "--no-model",
      "--log debug|info|warning|error", "--model FILE", "--mmproj FILE", "--lora FILE[=SCALE]", "--help",
    ],
    "validate": [
      "--images DIR", "--labels CSV", "--image-column NAME", "--label-column NAME", "--allow-unlabelled",
      "--metadata CSV", "--out DIR", "--limit N", "--digests FILE", "--resume", "--replace", "--from CSV",
      "--isic-csv FILE",
      "--protocol NAME|FILE", "--seed N", "--parallel N", "--keep-demographics", "--pseudonym-key FILE", "--threads N",
      "--group-by COLUMN|folder", "--device auto|cpu|gpu", "--precision f32|bf16", "--model FILE", "--mmproj FILE",
      "--help",
    ],
  ]

  @Test(arguments: commands)
  func `a command's help lists its options and fits 80 columns`(_ command: String) async throws {
    let outcome = try await Program.run([command, "--help"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.text.contains("Usage: dermgemma \(command)"))
    for option in try #require(Self.options[command]) {
      #expect(outcome.lines.contains { $0.hasPrefix("  \(option)") }, "\(option)")
    }
    #expect(outcome.lines.filter { $0.count > 80 } == [])
    #expect(try await Program.run([command, "-h"]).output == outcome.output)
    #expect(try await Program.run(["help", command]).output == outcome.output)
  }

  @Test func `the help of analyze says what the exit statuses mean`() async throws {
    let text = try await Program.run(["analyze", "--help"]).text
    #expect(text.contains("Exit status: 0 all well"))
    for status in ["64", "65", "66", "74", "78", "130"] { #expect(text.contains(status), "\(status)") }
  }
}
