import Dermoscopy
import Foundation
import Imaging
import JSON

/// The images, and what is made of them.
extension Application {
  var imageRoutes: [Route] {
    [
      Route("/api/list-images", [.get: .now { [self] _ in listImages() }]),
      Route("/api/images", [.get: .now { [self] _ in try describeImages() }]),
      Route("/images/{name...}", [.get: .later { [self] request in try await picture(request) }]),
    ]
  }

  private func listImages() -> HTTPResponse {
    var response = HTTPResponse(200, body: .content(images.names)).with("Content-Type", "application/json")
      .with("Cache-Control", "no-cache")
    response.isCompressible = true
    return response
  }

  private struct Description: Encodable {
    let name: String
    let url: String
    let groundTruth: GroundTruth?
    let lesion: String?
    let order: Int?
    /// `nil` for one of the folder's.
    let expires: String?

    enum CodingKeys: String, CodingKey {
      case name, url, lesion, order, upload, expires
      case groundTruth = "ground_truth"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(url, forKey: .url)
      try container.encode(groundTruth, forKey: .groundTruth)
      try container.encodeIfPresent(lesion, forKey: .lesion)
      try container.encodeIfPresent(order, forKey: .order)
      try container.encode(expires != nil, forKey: .upload)
      try container.encode(expires, forKey: .expires)
    }
  }

  private func describeImages() throws -> HTTPResponse {
    let descriptions = images.entries.map {
      Description(
        name: $0.name, url: address(of: $0.name), groundTruth: $0.truth, lesion: $0.lesion, order: $0.order,
        expires: nil)
    }
    let uploaded = uploads.uploads.map {
      Description(
        name: $0.name, url: address(of: $0.name), groundTruth: nil, lesion: nil, order: nil,
        expires: uploads.expiry(of: $0).formatted(.iso8601))
    }
    return .json(try OrderedJSON.line(["images": descriptions + uploaded])).with("Cache-Control", "no-cache")
  }

  /// The address of an image.
  func address(of name: String) -> String {
    let segments = name.split(separator: "/", omittingEmptySubsequences: false).map(\.asPathSegment)
    return settings.basePath.address("/images/" + segments.joined(separator: "/"))
  }

  /// The file as it is, or a PNG of its picture where it carries a patient's record beside; with `shown=1` a JPEG where browsers would show something else than the model sees or nothing, with
  /// `side=N` a JPEG of at most N pixels, with `prepared=1` what the model sees.
  private func picture(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let stored = stored(request.parameter("name")),
      let (file, beginning) = try await disk.perform({
        FileContent(path: stored.path).map { ($0, $0.beginning(1_100)) }
      })
    else { throw Problem.notFound("There is no such image.") }
    var variant = try variant(of: request)
    if variant == nil { variant = try await shownVariant(for: file, request) }
    let format = ImageFormat(recognising: beginning)
    if variant == nil, format?.carriesPatientRecord == true { variant = .plain }
    guard let variant else {
      guard let format else { throw Problem.notFound("There is no such image.") }
      var response = HTTPResponse(200, body: .file(file)).with("Content-Type", format.mediaType)
        .with("Cache-Control", "private, no-cache")
      response.acceptsRanges = true
      return response
    }
    let entityTag = file.entityTag.dropLast() + "-\(variant.name)\""
    if let known = request.head.fields["if-none-match"], Negotiation.matches(known, String(entityTag)) {
      var response = HTTPResponse(200)
      response.entityTag = String(entityTag)
      return response
    }
    do {
      let bytes = try await pictures.picture(of: file.entityTag, as: variant) {
        guard let bytes = file.bytes(atMost: ImageLimits.fileBytes) else {
          throw Problem.notFound("The image is no longer there.")
        }
        return bytes
      }
      return HTTPResponse.picture(bytes, type: variant.type, entityTag: String(entityTag))
        .with("Cache-Control", "private, no-cache")
    } catch let fault as ImageFault {
      throw Problem.unprocessable("unusable_image", fault.description)
    }
  }

  /// With `shown=1`, what to show in a file's place; `nil` for the file itself.
  private func shownVariant(for file: FileContent, _ request: HTTPRequest) async throws -> ThumbnailService
    .ImageVariant?
  {
    guard request.target.query("shown") == "1" else { return nil }
    let isShownAlike = try await disk.perform {
      file.bytes(atMost: ImageLimits.fileBytes).map(ImageDecoder.isShownAlikeByBrowsers) ?? true
    }
    return isShownAlike ? nil : .smaller(side: settings.limits.pictureSides.upperBound)
  }

  private func variant(of request: HTTPRequest) throws -> ThumbnailService.ImageVariant? {
    let prepared = request.target.query("prepared")
    guard [nil, "0", "1", "false", "true"].contains(prepared) else {
      throw Problem.unprocessable("bad_parameter", "prepared must be 1 or 0.")
    }
    guard [nil, "0", "1"].contains(request.target.query("shown")) else {
      throw Problem.unprocessable("bad_parameter", "shown must be 1 or 0.")
    }
    if let text = request.target.query("side") {
      let sides = settings.limits.pictureSides
      guard let side = Int(text), sides.contains(side) else {
        throw Problem.unprocessable(
          "bad_parameter", "side must be a whole number from \(sides.lowerBound) to \(sides.upperBound).")
      }
      return .smaller(side: side)
    }
    guard prepared == "1" || prepared == "true" else { return nil }
    let engine = try loader.engine()
    return .prepared(engine.readingProtocol.preparation, nativeSide: engine.examiner.model.imageSide ?? 0)
  }

  /// A file that a name stands for; `nil` for a name that is not known.
  func stored(_ name: String) -> (path: String, truth: GroundTruth?)? {
    images.entry(name).map { ($0.path, $0.truth) } ?? uploads.upload(name).map { ($0.path, nil) }
  }
}
