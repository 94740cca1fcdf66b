import Foundation
import TestModels
import Testing

@testable import Web

/// Uploaded folders with a label file.
@Suite(.timeLimit(.minutes(10))) struct ImageFolderTests {
  private let labels = Array("Image,Dx,Lesion attributes\nISIC_1,MEL,irregular\nISIC_2,NV,even\n".utf8)

  private func post(
    _ server: TestServer, _ place: String, _ parts: [(name: String, file: String, bytes: [UInt8])]
  ) async throws -> RawAnswer {
    try await server.send("POST", place, TestServer.form, TestServer.parts(parts))
  }

  @Test func `a folder is uploaded in pieces, validated, and deleted`() async throws {
    try await TestServer.run { server async throws in
      let picture = try TestServer.picture()
      let made = try await post(server, "/api/folders", [("image", "ISIC_1.jpg", picture)])
      #expect(made.status == 201, "\(made.text)")
      let folder = made.member("folder")
      let place = "/api/folders/\(folder)"
      #expect(made.fields["location"] == place && made.member("images") == "1")
      let order = "{\"kind\": \"validation\", \"folder\": \"\(folder)\"}"
      let early = try await server.post("/api/runs", json: order)
      #expect(early.status == 422 && early.member("reason") == "no_labels", "\(early.text)")
      let added = try await post(
        server, place, [("image", "ISIC_2.png", picture), ("labels", "my labels.csv", labels)])
      #expect(added.member("images") == "2" && added.member("labels") == "2", "\(added.text)")
      // The same file once more, as after a connection that broke.
      #expect(try await post(server, place, [("image", "ISIC_2.png", picture)]).member("images") == "2")

      let run = try await server.start(order)
      let document = try await server.end(of: run)
      #expect(document["status"] as? String == "done", "\(document)")
      let remarks = try #require(document["remarks"] as? [String])
      #expect(remarks.contains { $0.contains("2 of 2 images have one") } && !"\(remarks)".contains(server.folder.path))
      #expect(try await server.get(place).status == 200)
      #expect(try await server.send("DELETE", place, [:], []).status == 204)
      #expect(try await server.get(place).status == 404)
      #expect(try await server.post("/api/runs", json: order).status == 404)
    }
  }

  @Test(arguments: ["a/b.jpg", "..\\\\..\\\\b.jpg", "../b.jpg", ".hidden", "", String(repeating: "n", count: 300)])
  func `a name that cannot be a file's is refused, and nothing is kept`(_ name: String) async throws {
    try await TestServer.run { server async throws in
      let answer = try await post(server, "/api/folders", [("image", name, try TestServer.picture())])
      #expect(answer.status == 422 && answer.member("reason") == "bad_name", "\(answer.text)")
      let left = try FileManager.default.contentsOfDirectory(atPath: server.folder.path + "/data/folders")
      #expect(left.isEmpty)
    }
  }

  @Test func `what does not belong into a folder is refused by its name`() async throws {
    var setting = TestServer.Setting()
    setting.change = { $0.limits.folderImages = 2 }
    try await TestServer.run(setting) { server async throws in
      let picture = try TestServer.picture()
      let folder = try await post(server, "/api/folders", [("image", "a.jpg", picture)]).member("folder")
      let place = "/api/folders/\(folder)"
      func refused(_ name: String, _ file: String, _ bytes: [UInt8]) async throws -> String {
        let answer = try await post(server, place, [(name, file, bytes)])
        return "\(answer.status) \(answer.member("reason"))"
      }
      #expect(try await refused("image", "a.png", picture) == "422 two_of_a_name")
      #expect(try await refused("image", "b.png", Array("text".utf8)) == "415 unsupported_type")
      #expect(try await refused("image", "b.png", Array(picture.prefix(60))) == "422 unusable_image")
      #expect(try await refused("labels", "labels.csv", [0, 1, 2]) == "422 unusable_labels")
      #expect(try await refused("other", "b.png", picture) == "422 bad_body")
      #expect(try await refused("image", "b.png", picture) == "200 ")
      #expect(try await refused("image", "c.png", picture) == "413 folder_full")
      #expect(try await post(server, "/api/folders/\(String(repeating: "0", count: 32))", []).status == 404)
    }
  }

  @Test func `folders survive a restart; the oldest makes room unless a run reads it`() throws {
    let data = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: data) }
    var limits = ServerLimits()
    limits.foldersKept = 2
    let store = ImageFolderStore(data: data, limits: limits)
    let first = try store.make().name
    try store.keep(try TestServer.picture(), named: "a.png", in: first)
    try store.keep(labels: labels, in: first)
    #expect(store.use(first))
    let second = try store.make().name
    _ = try store.make()
    #expect(store.folder(first)?.images == 1 && store.folder(second) == nil)
    #expect(throws: Problem.self) { try store.delete(first) }
    store.release(first)
    let again = ImageFolderStore(data: data, limits: limits)
    #expect(again.folder(first)?.images == 1 && again.folder(first)?.labels == 2)
    #expect((again.folder(first)?.bytes ?? 0) > 0)
    again.expire(now: Date(timeIntervalSinceNow: limits.uploadKeptSeconds + 60))
    #expect(again.folder(first) == nil)
  }
}
