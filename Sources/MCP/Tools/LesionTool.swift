import Dermoscopy
import JSON

/// A call of a tool: who calls, and who hears how it goes.
struct ToolCall: Sendable {
  /// The document of arguments.
  let arguments: DocumentNode
  let host: any LesionHost
  /// Whose turn it is in the host's queue.
  let client: String
  /// Told how far it is: steps done, all steps, and what happens now.
  let progress: @Sendable (_ done: Double, _ total: Double, _ message: String) -> Void

  /// The seed; at most what every client's numbers hold exactly.
  func seed(_ object: DocumentObject) throws(ProtocolFault) -> UInt64 {
    guard let node = object.optional("seed") else { return 0 }
    return UInt64(try node.integer(0...Self.largestSeed))
  }

  /// Which frame of a DICOM file; `nil` for the only one.
  fileprivate func frame(_ object: DocumentObject) throws(ProtocolFault) -> Int? {
    try object.optional("frame").map { node throws(ProtocolFault) in try node.integer(1...Self.mostFrames) }
  }

  static let mostFrames = 1_000_000
  static let largestSeed = 4_294_967_295
  /// Characters of a name.
  static let nameLength = 1...4_096
}

/// The tools by their names.
enum LesionTool: String, CaseIterable, Sendable {
  case readLesion = "read_lesion"
  case ask
  case explain
  case compare
  case listImages = "list_images"
  case history
  case validationSummary = "validation_summary"

  /// Carries out a call.
  ///
  /// - Throws: what ``ToolFailure`` knows; `CancellationError`.
  func call(_ call: ToolCall) async throws -> ToolResult {
    switch self {
    case .readLesion: try await ReadLesion.call(call)
    case .ask: try await AskModel.call(call)
    case .explain: try await ExplainCode.call(call)
    case .compare: try await ComparePictures.call(call)
    case .listImages: try await ListImages.call(call)
    case .history: try await ShowHistory.call(call)
    case .validationSummary: try await SummariseValidation.call(call)
    }
  }
}

extension ToolCall {
  /// The picture that `image` names or `image_base64` holds.
  ///
  /// - Throws: ``ToolFailure``, `ProtocolFault` unless at most one of them is there.
  func picture(_ object: DocumentObject) async throws -> HostedPicture? {
    let frame = try frame(object)
    switch (object.optional("image"), object.optional("image_base64")) {
    case (nil, nil):
      guard frame == nil else { throw ToolFailure.badArguments("Give image or image_base64 with frame.") }
      return nil
    case (let name?, nil): return try await host.picture(named: try name.line(Self.nameLength), frame: frame)
    case (nil, let node?):
      guard case .string(let text) = node.value else { throw node.fault("must be a string, not \(node.value.sort)") }
      guard text.utf8.count / 4 * 3 <= host.pictureBytes + 3 else {
        throw ToolFailure(reason: "too_large", message: "A picture has at most \(host.pictureBytes) bytes.")
      }
      guard let bytes = Base64.bytes(of: text) else { throw node.fault("is not base64") }
      return try await host.picture(of: bytes, frame: frame)
    case (.some, .some): throw ToolFailure.badArguments("Give image or image_base64, not both.")
    }
  }
}
