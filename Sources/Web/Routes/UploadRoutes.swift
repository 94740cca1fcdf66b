import Dermoscopy
import Foundation
import JSON

/// Uploaded images.
extension Application {
  var uploadRoutes: [Route] {
    [
      Route("/api/uploads", [.post: .later(.accepted([.form])) { [self] in try await upload($0) }]),
      Route("/api/uploads/{name}", [.delete: .later { [self] in try await deleteUpload($0) }]),
    ]
  }

  private struct Kept: Encodable {
    let name: String
    let url: String
    let expires: String
  }

  private func upload(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard case .form(let form) = request.body else { throw Problem.badRequest("A form is missing.") }
    let upload = try await keep(form)
    let url = address(of: upload.name)
    let kept = Kept(name: upload.name, url: url, expires: uploads.expiry(of: upload).formatted(.iso8601))
    return .json(try OrderedJSON.line(kept), status: 201).with("Location", url).with("Cache-Control", "no-store")
  }

  /// Stores the form's image. The client's file name is discarded, because it may identify a person.
  ///
  /// - Throws: `Problem`.
  func keep(_ form: MultipartForm) async throws -> UploadStore.Upload {
    let images = form.parts(named: "image")
    guard images.count == 1, let image = images.first else {
      throw Problem.unprocessable("bad_body", "The form must have one part that is named image.")
    }
    let (uploads, limit) = (uploads, settings.limits.uploadBytes)
    guard image.bytes.count <= limit else { throw Problem.tooLarge(limit: limit) }
    let upload = try await pictures.perform { try uploads.keep(image.bytes) }
    metrics.noteUpload()
    return upload
  }

  private func deleteUpload(_ request: HTTPRequest) async throws -> HTTPResponse {
    let (uploads, name) = (uploads, request.parameter("name"))
    guard try await disk.perform({ uploads.delete(name) }) else { throw Problem.notFound("There is no such upload.") }
    return HTTPResponse(204)
  }
}
