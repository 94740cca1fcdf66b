import Foundation
import TestPrograms

extension Program {
  /// The same with the tiny model of noise.
  static func analyze(
    _ arguments: [String], input: Source = .bytes([]), output: Destination = .captured, in folder: URL? = nil,
    limit: Double = 60, act: (@Sendable (pid_t) -> Void)? = nil
  ) async throws -> Outcome {
    let model = try TinyModelFiles.shared()
    return try await run(
      ["analyze", "--threads", "1", "--model", model.text, "--mmproj", model.projector] + arguments, input: input,
      output: output, in: folder, limit: limit, act: act)
  }
}

/// A part of an object as text that can be compared.
func sortedJSON(_ value: Any?) throws -> String {
  let data = try JSONSerialization.data(
    withJSONObject: value ?? NSNull(), options: [.sortedKeys, .fragmentsAllowed])
  return String(decoding: data, as: UTF8.self)
}
