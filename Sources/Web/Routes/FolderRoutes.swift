import Foundation
import JSON

/// Uploaded folders of images with their label file.
extension Application {
  var folderRoutes: [Route] {
    [
      Route("/api/folders", [.post: .later(.accepted([.form])) { [self] in try await makeFolder($0) }]),
      Route(
        "/api/folders/{folder}",
        [
          .get: .now { [self] in try describe($0.parameter("folder")) },
          .post: .later(.accepted([.form])) { [self] in try await addToFolder($0) },
          .delete: .later { [self] in try await deleteFolder($0) },
        ]),
    ]
  }

  private struct Description: Encodable {
    let folder: String
    let images: Int
    let bytes: Int
    /// Labels in the label file; `nil` without one.
    let labels: Int?
    let expires: String

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(folder, forKey: .folder)
      try container.encode(images, forKey: .images)
      try container.encode(bytes, forKey: .bytes)
      try container.encode(labels, forKey: .labels)
      try container.encode(expires, forKey: .expires)
    }

    private enum CodingKeys: String, CodingKey { case folder, images, bytes, labels, expires }
  }

  private func describe(_ name: String, status: Int = 200) throws -> HTTPResponse {
    guard let folder = folders.folder(name) else { throw ImageFolderStore.gone }
    let description = Description(
      folder: folder.name, images: folder.images, bytes: folder.bytes, labels: folder.labels,
      expires: folders.expiry(of: folder).formatted(.iso8601))
    return .json(try OrderedJSON.line(description), status: status).with("Cache-Control", "no-store")
  }

  private func makeFolder(_ request: HTTPRequest) async throws -> HTTPResponse {
    let (form, folders) = (try files(of: request), folders)
    let name = try await pictures.perform { try folders.make().name }
    do {
      try await keep(form, in: name)
    } catch {
      try? folders.delete(name)
      throw error
    }
    return try describe(name, status: 201).with("Location", settings.basePath.address("/api/folders/\(name)"))
  }

  private func addToFolder(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.parameter("folder")
    guard folders.folder(name) != nil else { throw ImageFolderStore.gone }
    try await keep(try files(of: request), in: name)
    return try describe(name)
  }

  private func deleteFolder(_ request: HTTPRequest) async throws -> HTTPResponse {
    let (folders, name) = (folders, request.parameter("folder"))
    try await disk.perform { try folders.delete(name) }
    return HTTPResponse(204)
  }

  /// - Throws: `Problem` 422 for a form with anything but images and a label file, or nothing; 507 when there is no room.
  private func files(of request: HTTPRequest) throws -> MultipartForm {
    guard case .form(let form) = request.body else { throw Problem.badRequest("A form is missing.") }
    guard !form.parts.isEmpty, form.parts.allSatisfy({ $0.name == "image" || $0.name == "labels" }) else {
      throw Problem.unprocessable("bad_body", "The form's parts must be named image, one for each, and labels.")
    }
    try RunStore(data: settings.data).checkRoom(settings.limits)
    return form
  }

  /// One file after the other; those before one that is refused are kept.
  private func keep(_ form: MultipartForm, in name: String) async throws {
    let folders = folders
    for part in form.parts {
      try await pictures.perform {
        if part.name == "labels" {
          try folders.keep(labels: part.bytes, in: name)
        } else {
          try folders.keep(part.bytes, named: part.fileName, in: name)
        }
      }
    }
  }
}
