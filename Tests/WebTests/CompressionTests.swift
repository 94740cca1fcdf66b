import CZlib
import Foundation
import Testing

@testable import Web

@Suite(.timeLimit(.minutes(10))) struct CompressionTests {
  /// A server with one thread for all clients, and a report of so many bytes.
  private func withReport(
    bytes count: Int, _ change: @escaping @Sendable (inout ServerSettings) -> Void = { _ in },
    _ body: (TestServer, [UInt8]) async throws -> Void
  ) async throws {
    let setting = TestServer.Setting(change: { settings in
      settings.limits.threads = 1
      change(&settings)
    })
    try await TestServer.run(setting) { server async throws in
      let folder = server.folder.appendingPathComponent("data/run")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let line = Array("<p>One of many lines of a report.</p>\n".utf8)
      let report = Array((0..<(count / line.count + 1)).lazy.map { _ in line }.joined().prefix(count))
      try Data("{}".utf8).write(to: folder.appendingPathComponent("summary.json"))
      try Data(report).write(to: folder.appendingPathComponent("report.html"))
      try await body(server, report)
    }
  }

  @Test func `a large report is compressed while others are answered by the same thread`() async throws {
    try await withReport(bytes: 3 << 20) { server, report in
      let compressor = try #require(server.server.application.daemon?.compressor)
      compressor.work.queue.suspend()
      async let answer = server.get("/api/validations/run/report.html", ["Accept-Encoding": "gzip"])
      while compressor.work.waiting == 0 { try await Task.sleep(for: .milliseconds(2)) }
      #expect(try await server.get("/healthz").status == 200)
      compressor.work.queue.resume()
      let got = try await answer
      #expect(got.status == 200 && got.fields["content-encoding"] == "gzip" && got.body.count < report.count / 20)
      #expect(try Self.decompressed(got.body, atMost: report.count) == report)
      #expect(got.fields["content-type"]?.hasPrefix("text/html") == true)

      // Who has it already gets it from neither side anew.
      let tag = try #require(got.fields["etag"])
      let again = try await server.get(
        "/api/validations/run/report.html", ["Accept-Encoding": "gzip", "If-None-Match": tag])
      #expect(again.status == 304 && again.fields["etag"] == tag && again.body.isEmpty)
      let plain = try await server.get("/api/validations/run/report.html")
      #expect(plain.status == 200 && plain.body == report && plain.fields["etag"] != tag)
    }
  }

  @Test func `a report beyond what is compressed is sent from the disk, whole`() async throws {
    try await withReport(bytes: 300_000, { $0.limits.compressedFileBytes = 200_000 }) { server, report in
      #expect(try await server.get("/api/validations").text.contains("\"report\":true"))
      let got = try await server.get("/api/validations/run/report.html", ["Accept-Encoding": "gzip"])
      #expect(got.status == 200 && got.fields["content-encoding"] == nil)
      #expect(got.body == report && got.fields["content-length"] == String(report.count))
    }
  }

  @Test func `a report of more than 64 MiB is not only listed`() async throws {
    try await TestServer.run { server async throws in
      let folder = server.folder.appendingPathComponent("data/ham")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("{}".utf8).write(to: folder.appendingPathComponent("summary.json"))
      let path = folder.appendingPathComponent("report.html").path
      // A hole: it takes no room on the disk.
      #expect(FileManager.default.createFile(atPath: path, contents: Data("<p>".utf8)))
      #expect(truncate(path, 70 << 20) == 0)
      #expect(try await server.get("/api/validations").text.contains("\"report\":true"))
      let head = try await server.send("HEAD", "/api/validations/ham/report.html", ["Accept-Encoding": "gzip"], [])
      #expect(head.status == 200 && head.fields["content-length"] == String(70 << 20))
      let got = try await server.get("/api/validations/ham/report.html", ["Accept-Encoding": "gzip"])
      #expect(got.status == 200 && got.body.count == 70 << 20 && got.body.starts(with: Array("<p>".utf8)))
    }
  }

  private static func decompressed(_ bytes: [UInt8], atMost count: Int) throws -> [UInt8] {
    var stream = z_stream()
    #expect(inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { inflateEnd(&stream) }
    var input = bytes
    return [UInt8](unsafeUninitializedCapacity: count + 1) { buffer, initialized in
      input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(buffer.count)
        #expect(inflate(&stream, Z_FINISH) == Z_STREAM_END)
        initialized = buffer.count - Int(stream.avail_out)
      }
    }
  }
}
