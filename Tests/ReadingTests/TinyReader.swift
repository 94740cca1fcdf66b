import Dermoscopy
import Foundation
import TestWeights

@testable import Reading

/// Readers with the tiny model of noise.
enum TinyReader {
  /// A folder for a test's duration.
  static func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  /// The tiny pair in a folder, with room for prompts that are spelled letter by letter.
  static func write(into folder: URL) throws -> ModelLocation {
    var text = TinyWeights().text
    text["gemma3.context_length"] = .u32(16_384)
    let location = ModelLocation(weights: folder.path + "/tiny.gguf", projector: folder.path + "/tiny-mmproj.gguf")
    try Data(text.file).write(to: URL(fileURLWithPath: location.weights))
    try Data(TinyWeights().projector.file).write(to: URL(fileURLWithPath: location.projector))
    return location
  }

  static func load(_ name: String = "seed", readings: Int = 1) async throws -> Reader {
    try await withFolder { folder async throws in
      let reader = try Reader(
        try write(into: folder), readingProtocol: try ReadingProtocol.builtin(named: name), readings: readings,
        threads: 1)
      // The files are gone afterwards, and their digests are taken in the background.
      _ = try await reader.identity
      return reader
    }
  }

  /// A BMP of noise; another for every number.
  static func image(_ number: UInt64, side: Int = 32) -> [UInt8] {
    var noise = Noise(seed: number)
    let pixels = (0..<side * side * 3).map { _ in UInt8(truncatingIfNeeded: noise.next() >> 40) }
    let length = 54 + pixels.count
    var bytes = Array("BM".utf8) + littleEndian(UInt32(length)) + [0, 0, 0, 0] + littleEndian(UInt32(54))
    bytes += littleEndian(UInt32(40)) + littleEndian(Int32(side)) + littleEndian(Int32(side)) + [1, 0, 24, 0]
    bytes += [UInt8](repeating: 0, count: 24)
    return bytes + pixels
  }
}

extension ExaminationReport {
  /// Without what differs from run to run.
  var stable: ExaminationReport {
    var report = self
    for time in [\ExaminationTimings.encode, \.phase1, \.phase2, \.phase3, \.total] {
      report.timings[keyPath: time] = 0
    }
    for count in [\ExaminationCounts.imageEncodes, \.promptTokens, \.sharedPromptTokens, \.generatedTokens] {
      report.counts[keyPath: count] = 0
    }
    return report
  }
}
