import Foundation
import TestServers
import Transfer
import VisionLanguage

@testable import RemoteModel

/// A question about a picture, and how it is put.
enum Asked {
  static let request = GenerationRequest(
    prompt: Prompt(text: "Is there a network?", answerPrefix: "Answer:"), sampling: .greedy(maxTokens: 4), seed: 7)

  static var picture: PixelImage {
    get throws { try PixelImage(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6]) }
  }

  static func configuration(_ endpoint: String) throws -> RemoteConfiguration {
    var configuration = try RemoteConfiguration(RemoteEndpoint(endpoint), allowsRemote: false) { Array($0.pixels) }
    configuration.model = "stand-in-4b"
    let isSilent = endpoint.contains("/slow.") || endpoint.contains("/hang.")
    configuration.silentSeconds = isSilent ? 1 : 20
    (configuration.retries.firstPause, configuration.retries.longestPause) = (0.01, 0.02)
    return configuration
  }

  static func model(_ endpoint: String) async throws -> RemoteVisionLanguageModel {
    try await RemoteVisionLanguageModel(configuration(endpoint))
  }

  static func answer(of model: RemoteVisionLanguageModel) async throws -> Generation {
    let context = try await model.encode(picture)
    for stream in try await context.respond(to: [request]) {
      for try await event in stream { if case .finished(let generation) = event { return generation } }
    }
    throw CancellationError()
  }

  /// The texts of several answers about as many pictures, asked for at once.
  static func answers(_ count: Int, of model: RemoteVisionLanguageModel) async throws -> [String] {
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<count { group.addTask { try await answer(of: model).text } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  static func about(_ endpoint: String) async throws -> Generation { try await answer(of: model(endpoint)) }

  /// The bodies of the requests that wanted an answer.
  static func answers(of server: EndpointMock, _ endpoint: String) async throws -> [[String: Any]] {
    let bytes = try await HTTPClient().bytes(
      of: ClientRequest(endpoint.dropLast("/v1".count) + "/log"), limit: 64 << 20)
    let log = try JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: Any]] ?? []
    return log.compactMap { $0["body"] as? [String: Any] }.filter {
      $0["stream"] as? Bool == true
    }
  }
}
