import Foundation
import Imaging
import Testing

@testable import Web

@Suite(.timeLimit(.minutes(10))) struct UploadTests {
  private func form(_ bytes: [UInt8], name: String = "image", file: String = "John Smith.png") -> [UInt8] {
    Array(
      "--x\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(file)\"\r\nContent-Type: image/png\r\n\r\n"
        .utf8) + bytes + Array("\r\n--x--\r\n".utf8)
  }
  private let type = ["Content-Type": "multipart/form-data; boundary=x"]

  @Test func `an upload is kept under another name, read, served and deleted`() async throws {
    try await TestServer.run { server async throws in
      let kept = try await server.send("POST", "/api/uploads", type, form(try TestServer.picture()))
      #expect(kept.status == 201 && !kept.text.contains("Smith"))
      let name = kept.member("name")
      let read = try await server.post("/api/analyze", json: "{\"filename\": \"\(name)\"}")
      #expect(read.status == 200 && !read.text.contains("Smith"))
      let picture = try await server.get("/images/\(name)")
      #expect(picture.status == 200)
      let (sent, stored) = (
        try ImageDecoder.decode(try TestServer.picture(), name: "a"), try ImageDecoder.decode(picture.body, name: "b")
      )
      #expect(sent.image == stored.image)
      #expect(try await server.send("DELETE", "/api/uploads/\(name)", [:], []).status == 204)
      #expect(try await server.get("/images/\(name)").status == 404)
      #expect(try await server.send("POST", "/api/analyze", type, form(try TestServer.picture())).status == 200)
    }
  }

  @Test func `a picture's metadata do not reach the disk`() async throws {
    try await TestServer.run { server async throws in
      var picture = try TestServer.picture()
      // A text chunk before the end of the PNG (its checksum is not looked at for chunks that are passed over).
      let text = Array("tEXtComment\0Jane Patient".utf8)
      let chunk = [0, 0, 0, UInt8(text.count - 4)] + text + [0, 0, 0, 0]
      picture.insert(contentsOf: chunk, at: picture.count - 12)
      let kept = try await server.send("POST", "/api/uploads", type, form(picture))
      #expect(kept.status == 201)
      let stored = try await server.get("/images/\(kept.member("name"))").body
      #expect(stored.firstRange(of: Array("Jane".utf8)) == nil)
    }
  }

  @Test func `forms that are none, and images that are none, are refused and the next is taken`() async throws {
    try await TestServer.run { server async throws in
      let broken: [([UInt8], Int)] = [
        ([], 400), (Array("--x".utf8), 400), (Array("--x\r\n\r\n\r\n--x--\r\n".utf8), 400),
        (Array(form([1, 2, 3]).dropLast(4)), 400), (form(Array("hello".utf8)), 415), (form([], name: "other"), 422),
        (form(Array(try TestServer.picture().prefix(60))), 422), (Array(repeating: 65, count: 20_000), 400),
      ]
      for (body, status) in broken {
        let answer = try await server.send("POST", "/api/uploads", type, body)
        #expect(answer.status == status, "\(answer.text)")
      }
      #expect(try await server.send("POST", "/api/uploads", type, form(try TestServer.picture())).status == 201)
    }
  }

  @Test func `what is not read is named as on the command line, with what to do`() async throws {
    try await TestServer.run { server async throws in
      let film: [UInt8] = [0, 0, 0, 24] + Array("ftypqt  \0\0\0\0isommp42".utf8)
      let answer = try await server.send("POST", "/api/uploads", type, form(film))
      #expect(answer.status == 415)
      #expect(
        answer.member("detail")
          == "the image: video is not accepted; save one frame as PNG or JPEG")
    }
  }

  @Test func `more pixels than are taken are refused by the header alone`() async throws {
    try await TestServer.run { server async throws in
      // A BMP of 8,000 × 8,000 pixels without any of them: to decode it would fail, and with another word.
      var bitmap = Array("BM".utf8) + [UInt8](repeating: 0, count: 60)
      for (place, value) in [(2, 62), (10, 54), (14, 40), (18, 8_000), (22, 8_000)] as [(Int, UInt32)] {
        for index in 0..<4 { bitmap[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index))) }
      }
      (bitmap[26], bitmap[28]) = (1, 24)
      let answer = try await server.send("POST", "/api/uploads", type, form(bitmap))
      #expect(answer.status == 413 && answer.member("reason") == "too_many_pixels", "\(answer.text)")
    }
  }

  @Test func `a picture that a browser would show otherwise is shown as it is decoded`() async throws {
    try await TestServer.run { server async throws in
      // A chunk of gAMA is applied by browsers as well; one of cICP not by all.
      var picture = try TestServer.picture()
      let folder = server.folder.appendingPathComponent("images")
      #expect(try await server.get("/images/a%20b.png?shown=2").status == 422)
      let plain = try await server.get("/images/a%20b.png?shown=1")
      #expect(plain.status == 200 && plain.fields["content-type"] == "image/png")
      picture.insert(contentsOf: [0, 0, 0, 4] + Array("cICP".utf8) + [12, 13, 0, 1, 0, 0, 0, 0], at: 33)
      try Data(picture).write(to: folder.appendingPathComponent("a b.png"))
      let wide = try await server.get("/images/a%20b.png?shown=1")
      #expect(wide.status == 200 && wide.fields["content-type"] == "image/jpeg")
    }
  }

  @Test func `a form reads the same however it is cut into pieces`() throws {
    let content = Array("a\r\n--\r\n-x\r\n--".utf8)
    let bytes = form(content) + Array("epilogue".utf8)
    for size in [1, 2, 3, 7, 64, bytes.count] {
      var parser = try MultipartParser(
        type: MediaType("multipart/form-data; boundary=x"), limits: .init(bodyBytes: 999))
      for start in stride(from: 0, to: bytes.count, by: size) {
        try parser.take(bytes[start..<min(start + size, bytes.count)])
      }
      let form = try parser.finish()
      #expect(form.parts.count == 1 && form.parts.first?.bytes == content, "\(size)")
      #expect(form.parts.first?.fileName == "John Smith.png")
    }
  }

  @Test func `old uploads go, and more than are kept push out the oldest`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var limits = ServerLimits()
    limits.uploadsKept = 2
    let store = UploadStore(folder: folder, limits: limits)
    let names = try (0..<3).map { _ in try store.keep(try TestServer.picture()).name }
    #expect(store.uploads.map(\.name) == Array(names.dropFirst()))
    #expect(UploadStore(folder: folder, limits: limits).uploads.count == 2)
    store.expire(now: Date().addingTimeInterval(limits.uploadKeptSeconds + 60))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }
}
