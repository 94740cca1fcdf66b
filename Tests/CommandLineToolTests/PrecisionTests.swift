import Foundation
import TestPrograms
import Testing

/// `--precision` through the real program.
@Suite(.timeLimit(.minutes(5))) struct PrecisionTests {
  private static let hasBFloat16 =
    ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").contains(" avx512_bf16")
  private static let quick = ["analyze", "--protocol", "direct", "--json", "--threads", "1", "--device", "cpu"]

  private func probabilities(_ object: [String: Any]) throws -> [String: Double] {
    try #require((object["diagnosis"] as? [String: Any])?["probabilities"] as? [String: Double])
  }

  @Test(.enabled(if: hasBFloat16, "this processor has no AVX512-BF16, so --precision bf16 cannot be tried"))
  func `bfloat16 moves the embedded model's answers little, always alike, and is named in the report`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(2))
    let files = ["phantom-0.png", "phantom-1.png"]
    func read(_ options: [String], _ variables: [String: String] = [:]) async throws -> [[String: Any]] {
      let outcome = try await Program.run(Self.quick + options + files, in: folder, variables: variables)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try outcome.objects()
    }
    let usual = try await read([])
    let rounded = try await read(["--precision", "bf16"])
    let again = try await read(["--parallel", "2"], ["DERMGEMMA_PRECISION": "bf16"])
    for ((one, other), repeated) in zip(zip(usual, rounded), again) {
      let (before, after) = try (probabilities(one), probabilities(other))
      #expect(before != after)
      for (code, share) in before { #expect(abs(share - (after[code] ?? 0)) < 0.05, "\(code)") }
      #expect(try probabilities(repeated) == after)
      let (plain, model) = try (
        #require(one["model"] as? [String: Any]), #require(other["model"] as? [String: Any])
      )
      #expect(plain["precision"] == nil && model["precision"] as? String == "bf16")
      #expect((other["report"] as? String)?.contains("Precision  the image encoded in bf16") == true)
      #expect((one["report"] as? String)?.contains("bf16") == false)
    }
  }

  @Test(.enabled(if: hasBFloat16, "this processor has no AVX512-BF16, so --precision bf16 cannot be tried"))
  func `a run goes on with its own precision only`() async throws {
    var files = Dictionary(uniqueKeysWithValues: TestFolders.phantoms(1).map { ("images/\($0.key)", $0.value) })
    files["labels.csv"] = Array("Image,Dx, Lesion attributes\nphantom-0,nv,\n".utf8)
    let folder = try TestFolders.folder(files)
    let run = [
      "validate", "all", "--images", "images", "--labels", "labels.csv", "--protocol", "direct", "--threads", "1",
      "--out",
      "out",
    ]
    #expect(try await Program.run(run, in: folder).status == 0)
    let other = try await Program.run(run + ["--resume", "--precision", "bf16"], in: folder)
    #expect(other.status == 65 && other.errors.contains("images in bf16)"), "\(other.errors)")
    #expect(other.errors.contains("the model changed (it was "))
  }

  @Test(.enabled(if: hasBFloat16, "this processor has no AVX512-BF16, so --precision bf16 cannot be tried"))
  func `where nothing of an image would be computed so, that is said`() async throws {
    let model = try TinyModelFiles.shared()
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let outcome = try await Program.run(
      Self.quick + ["--precision", "bf16", "--model", model.text, "--mmproj", model.projector, "phantom-0.png"],
      in: folder)
    #expect(outcome.status == 69, "\(outcome.errors)")
    #expect((outcome.errors + outcome.text).contains("nothing of an image was computed in bf16"))
  }

  @Test(.enabled(if: !hasBFloat16, "this processor has AVX512-BF16, so its lack cannot be tried"))
  func `a processor without bfloat16 is named, and nothing is read`() async throws {
    let folder = try TestFolders.folder(TestFolders.phantoms(1))
    let outcome = try await Program.run(Self.quick + ["--precision", "bf16", "phantom-0.png"], in: folder)
    #expect(outcome.status == 69 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("--precision bf16 needs a processor with AVX512-BF16"), "\(outcome.errors)")
  }
}
