import Foundation
import Testing

@testable import Web

/// What tests of runs share.
extension TestServer {
  static let form = ["Content-Type": "multipart/form-data; boundary=x"]

  /// Settings with a label file for the server's images.
  static func labelled(_ text: String = "Image,Dx,Lesion attributes\na b,MEL,irregular\n") -> Setting {
    var setting = Setting()
    setting.change = { settings in
      let path = (settings.images ?? "") + "/../labels.csv"
      try? Data(text.utf8).write(to: URL(fileURLWithPath: path))
      settings.labels = path
    }
    return setting
  }

  /// Starts a run, which must be accepted.
  func start(_ body: String) async throws -> String {
    let answer = try await post("/api/runs", json: body)
    #expect(answer.status == 202, "\(answer.text)")
    let id = answer.member("id")
    #expect(answer.fields["location"] == "/api/runs/\(id)")
    return id
  }

  /// Waits for a run's end.
  func end(of run: String) async throws -> [String: Any] {
    while true {
      let document = try object(try await get("/api/runs/\(run)"))
      if document["status"] as? String != "running" { return document }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  func object(_ answer: RawAnswer) throws -> [String: Any] {
    #expect(answer.status == 200, "\(answer.text)")
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
  }

  /// A form's parts, each a name, a file's name and bytes.
  static func parts(_ parts: [(name: String, file: String, bytes: [UInt8])]) -> [UInt8] {
    parts.flatMap { part in
      Array("--x\r\nContent-Disposition: form-data; name=\"\(part.name)\"; filename=\"\(part.file)\"\r\n\r\n".utf8)
        + part.bytes + Array("\r\n".utf8)
    } + Array("--x--\r\n".utf8)
  }
}
