import Concurrency
import Faults
import Transfer
import VisionLanguage

/// How a model behind an endpoint is reached.
public struct RemoteConfiguration: Sendable {
  /// The server's address.
  public var endpoint: RemoteEndpoint
  /// The model's name there; `nil` for the only one.
  public var model: String?
  /// The key, if the server wants one.
  public var key: AccessKey?
  /// The side of the square, in pixels, that pictures of a protocol with native preparation get; the server's projector
  /// stretches them to its own.
  public var imageSide = 896
  /// Seconds without a byte after which a request counts as failed. Before the first word a server may compute for long.
  public var silentSeconds = 300
  /// How failures are retried.
  public var retries = RemoteConfiguration.patientRetries
  /// Told, in a sentence, what the user should know of the server while it is used.
  public var notice: @Sendable (String) -> Void = { _ in }
  /// Turns a prepared picture into a PNG file's bytes, without metadata.
  public var encodePicture: @Sendable (PixelImage) throws -> [UInt8]

  /// A way to a model.
  ///
  /// - Parameters:
  ///   - endpoint: the server's address.
  ///   - allowsRemote: whether pictures may leave this machine.
  ///   - encodePicture: makes a PNG of a picture.
  /// - Throws: `RemoteFault.notAllowed` for another machine without permission.
  public init(
    _ endpoint: RemoteEndpoint, allowsRemote: Bool, encodePicture: @escaping @Sendable (PixelImage) throws -> [UInt8]
  ) throws(RemoteFault) {
    guard endpoint.isThisMachine || allowsRemote else { throw .notAllowed(host: endpoint.host) }
    self.endpoint = endpoint
    self.encodePicture = encodePicture
  }

  private static let patientRetries: RetryPolicy = {
    var retries = RetryPolicy()
    (retries.attempts, retries.firstPause, retries.longestPause) = (4, 0.25, 8)
    return retries
  }()

  /// The longest that a whole answer may take, in multiples of the longest silence.
  private static let silencesPerAnswer = 8

  var client: ChatClient {
    var http = HTTPClient(retries: retries)
    http.limits.silentSeconds = silentSeconds
    http.limits.totalSeconds = silentSeconds * Self.silencesPerAnswer
    return ChatClient(endpoint, key: key, http: http, notice: notice)
  }
}

/// A model behind an OpenAI-compatible endpoint.
public final class RemoteVisionLanguageModel: VisionLanguageModel {
  /// What the server said of itself when it was first asked.
  public let server: ServerDescription
  /// Images that can be read at once without disturbing each other at the server.
  public let readings: Int
  private let client: ChatClient
  private let configuration: RemoteConfiguration
  private let dialect: Dialect
  private let name: String
  private let denial = ScoreDenial()
  private let turns: AsyncSemaphore

  /// Images at once unless the server says how many it takes.
  static let readingsAtOnce = 8
  /// Requests at once for each image: Phase 1's questions.
  static let questionsAtOnce = 8

  /// Asks the server what it is, and finds out what it can do.
  ///
  /// - Parameters:
  ///   - configuration: the way to the server.
  ///   - readings: images that are to be read at once; `nil` for as many as suit the server.
  /// - Throws: `RemoteFault`, `CancellationError`.
  public init(_ configuration: RemoteConfiguration, readings: Int? = nil) async throws {
    self.configuration = configuration
    client = configuration.client
    var server = try await ServerDescription.ask(client)
    name = try server.model(asked: configuration.model, host: client.endpoint.host)
    dialect = server.dialect
    server.continuesAnswers = try await ServerDescription.continuesAnswers(client, model: name, dialect: dialect)
    self.server = server
    // A llama-server keeps one prompt a slot: an image more than it has slots would drive out another's.
    let most = server.slots ?? readings ?? Self.readingsAtOnce
    self.readings = max(1, min(readings ?? most, most))
    turns = AsyncSemaphore(permits: self.readings)
    client.limit(to: server.interruptsAnswers ? 1 : max(self.readings * Self.questionsAtOnce, 1))
  }

  /// Does something about one image when it is its turn: about as many at once as ``readings`` says.
  ///
  /// - Parameter body: all that is asked about the image.
  /// - Throws: what `body` throws; `CancellationError`.
  public func inTurn<Outcome: Sendable>(_ body: () async throws -> Outcome) async throws -> Outcome {
    try await turns.withPermit(body)
  }

  public var identity: ModelIdentity {
    let program = server.program.map { ", \($0)" } ?? ""
    // A llama-server names a model by its path there, which is nobody's business.
    let shown = name.hasPrefix("/") ? name.split(separator: "/").last.map(String.init) ?? name : name
    return ModelIdentity(
      name: shown, endpoint: client.endpoint.host,
      engine: "OpenAI-compatible endpoint at \(client.endpoint.host)\(program)")
  }

  /// None: a server does not tell what its weights' metadata recommend.
  public var recommendedSampling: RecommendedSampling { RecommendedSampling() }
  public var imageSide: Int? { configuration.imageSide }
  /// None: a server does not tell its weights' metadata, so probabilities are not calibrated.
  public func metadataNumbers(_ key: String) -> [Double]? { nil }

  public func effective(_ sampling: Sampling) -> Sampling { dialect.effective(sampling) }

  public func encode(_ image: PixelImage) async throws -> any ImageContext {
    try Task.checkCancellation()
    // Each slot of a llama-server reads a picture for itself, so one image's questions follow each other through one slot.
    // Other servers share what they have read as soon as the first answer begins.
    let pace: RequestPace.Kind = server.slots.map { $0 == 1 ? .together : .oneByOne } ?? .firstAlone
    return RemoteImageContext(
      asker: asker, picture: try picture(of: image), pace: RequestPace(pace))
  }

  func picture(of image: PixelImage) throws -> PictureMessage {
    PictureMessage(
      png: try configuration.encodePicture(image), words: (server.wordsBeforeImage, server.wordsAfterImage))
  }

  var asker: RemoteAsker {
    RemoteAsker(
      client: client, model: name, dialect: dialect, continuesAnswers: server.continuesAnswers ?? false,
      denial: denial)
  }

  public func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    requests.map { asker.stream($0, seeing: nil, pace: nil) }
  }

  public func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    try await asker.score(labels, after: prompt, seeing: nil, pace: nil)
  }

  public func respond(to request: GenerationRequest, scoring labels: [String]) async throws -> ScoredAnswer {
    try await asker.answer(request, scoring: labels)
  }
}

/// A picture that every request about it sends along.
final class RemoteImageContext: ImageContext {
  private let asker: RemoteAsker
  private let picture: PictureMessage
  private let pace: RequestPace

  init(asker: RemoteAsker, picture: PictureMessage, pace: RequestPace) {
    (self.asker, self.picture, self.pace) = (asker, picture, pace)
  }

  /// One encoding is what the server is asked for; how long it takes is part of the first answer.
  var cost: EncodingCost { EncodingCost(imageEncodes: 1, promptTokens: 0, encoding: .zero) }

  func respond(to requests: [GenerationRequest]) async throws -> [GenerationStream] {
    requests.map { asker.stream($0, seeing: picture, pace: pace) }
  }

  func score(_ labels: [String], after prompt: Prompt) async throws -> LabelScores {
    try await asker.score(labels, after: prompt, seeing: picture, pace: pace)
  }

  /// The server drops what it knows of the picture when it needs the room.
  func close() async {}
}
