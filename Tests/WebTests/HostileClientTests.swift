import Foundation
import Testing

@testable import Web

/// Clients that are broken, slow, greedy or hostile. After each the next request is served.
@Suite(.timeLimit(.minutes(10))) struct HostileClientTests {
  private func isAlive(_ server: TestServer) async throws -> Bool { try await server.get("/healthz").status == 200 }

  @Test(arguments: [
    "/images/../secret.txt", "/images/..%2fsecret.txt", "/images/%2e%2e/secret.txt", "/images/%2e%2e%2fsecret.txt",
    "/images/..%252fsecret.txt", "/images/..%5csecret.txt", "/images//etc/passwd", "/images/a%20b.png%00.jpg",
    "/images/%c0%ae%c0%ae/secret.txt", "/images/./a%20b.png", "/images/", "/images/..",
    "/api/validations/..%2f../summary.json", "/api/protocols/..%2fseed", "/api/uploads/..%2f..%2fsecret.txt",
  ])
  func `no way of writing a path leads out of the folder`(_ target: String) async throws {
    try await TestServer.run { server async throws in
      for method in ["GET", "DELETE"] {
        let answer = try await server.send(method, target, [:], [])
        #expect([400, 404, 405].contains(answer.status), "\(method) \(answer.status)")
        #expect(!answer.text.contains("secret"))
      }
      #expect(try await isAlive(server))
    }
  }

  @Test func `another server's name, another site's page and a wrong type are refused`() async throws {
    try await TestServer.run { server async throws in
      let body = "{\"filename\": \"a b.png\"}"
      #expect(try await server.get("/api/list-images", ["Host": "evil.example"]).status == 421)
      #expect(try await server.get("/api/list-images", ["Host": "localhost:1"]).status == 200)
      #expect(try await server.post("/api/analyze", json: body, ["Origin": "http://evil.example"]).status == 403)
      #expect(try await server.post("/api/analyze", json: body, ["Origin": "null"]).status == 403)
      let own = "http://127.0.0.1:\(server.port)"
      #expect(try await server.post("/api/analyze", json: body, ["Origin": own]).status == 200)
      #expect(try await server.post("/api/analyze", json: body, ["Content-Type": "text/plain"]).status == 415)
      #expect(try await server.post("/api/analyze", json: "{\"filename\": 5}").status == 422)
      #expect(try await server.post("/api/analyze", json: "{").status == 400)
      let wrong = try await server.send("DELETE", "/api/analyze", [:], [])
      #expect(wrong.status == 405 && wrong.fields["allow"] == "POST")
    }
  }

  @Test func `who is refused behind a proxy is told both hosts and what to set`() async throws {
    try await TestServer.run { server async throws in
      let body = "{\"filename\": \"a b.png\"}"
      // As nginx's default proxy_pass sends it: Host is the upstream's, Origin the site's.
      for origin in ["http://derm.example", "https://derm.example:8443"] {
        let answer = try await server.post("/api/analyze", json: body, ["Origin": origin])
        #expect(answer.status == 403 && answer.member("reason") == "cross_site")
        let words = answer.member("detail")
        for part in [
          origin, "127.0.0.1:\(server.port)", "proxy_set_header Host $http_host", "--allowed-host derm.example",
        ] {
          #expect(words.contains(part), "\(words)")
        }
      }
      let foreign = try await server.post("/api/analyze", json: body, ["Sec-Fetch-Site": "cross-site"])
      #expect(foreign.status == 403 && foreign.member("detail").contains("127.0.0.1:\(server.port)"))
      let unknown = try await server.get("/metrics", ["Host": "dermgemma:6565"])
      #expect(unknown.status == 421 && unknown.member("detail").contains("--allowed-host dermgemma allows it"))
    }
    try await TestServer.run(.init(change: { $0.allowedHosts = ["dermgemma"] })) { server async throws in
      for path in ["/metrics", "/healthz", "/readyz"] {
        #expect(try await server.get(path, ["Host": "dermgemma:6565"]).status == 200)
      }
    }
  }

  @Test func `a token is asked for, and a cookie stands for it`() async throws {
    let token = "0123456789abcdef-token"
    try await TestServer.run(.init(change: { $0.token = AccessToken(token) })) { server async throws in
      #expect(try await server.get("/api/list-images").status == 401)
      #expect(try await server.get("/").status == 200)
      #expect(try await server.get("/api/list-images", ["Authorization": "Bearer \(token)"]).status == 200)
      #expect(try await server.get("/api/list-images", ["Authorization": "Bearer \(token)x"]).status == 401)
      let session = try await server.post("/api/session", json: "{\"token\": \"\(token)\"}")
      let cookie = try #require(session.fields["set-cookie"]?.split(separator: ";").first).description
      #expect(session.status == 204 && !cookie.contains(token))
      #expect(try await server.get("/api/list-images", ["Cookie": cookie]).status == 200)
    }
  }

  @Test func `who is slow with a header or a body is cut off`() async throws {
    let impatient = TestServer.Setting(change: { settings in
      settings.limits.headerSeconds = 0.3
      settings.limits.bodySeconds = 0.3
      settings.limits.bodyBytesPerSecond = 1e9
    })
    try await TestServer.run(impatient) { server async throws in
      for start in [
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-",
        "POST /api/analyze HTTP/1.1\r\nHost: localhost\r\n"
          + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
      ] {
        let socket = try RawSocket(port: server.port)
        socket.send(Array(start.utf8))
        let bytes = await Task.detached { socket.readAll() }.value
        #expect(bytes.isEmpty, "\(String(decoding: bytes, as: UTF8.self))")
      }
      #expect(try await isAlive(server))
    }
  }

  @Test func `who sends no more is answered all the same`() async throws {
    try await TestServer.run { server async throws in
      let socket = try RawSocket(port: server.port)
      socket.send(Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
      socket.endSending()
      let bytes = await Task.detached { socket.readAll() }.value
      #expect(RawAnswer(bytes).status == 200)
      #expect(try await isAlive(server))
    }
  }

  @Test func `what is too large is refused with the right status`() async throws {
    try await TestServer.run { server async throws in
      #expect(try await server.get("/" + String(repeating: "a", count: 5_000)).status == 414)
      #expect(try await server.get("/", ["X-Long": String(repeating: "a", count: 20_000)]).status == 431)
      #expect(try await server.post("/api/analyze", json: String(repeating: " ", count: 70_000)).status == 413)
      let huge = ["Content-Type": "multipart/form-data; boundary=x", "Content-Length": "99999999999"]
      #expect(try await server.send("POST", "/api/uploads", huge, []).status == 413)
      let both = ["Transfer-Encoding": "chunked", "Content-Length": "3", "Content-Type": "application/json"]
      #expect(try await server.send("POST", "/api/analyze", both, Array("{}".utf8)).status == 400)
      #expect(try await isAlive(server))
    }
  }

  @Test func `a flood of connections that say nothing keeps nobody out for long`() async throws {
    try await TestServer.run(.init(change: { $0.limits.headerSeconds = 0.5 })) { server async throws in
      var idle: [RawSocket] = []
      for _ in 0..<300 { idle.append(try RawSocket(port: server.port)) }
      #expect(try await isAlive(server))
      while server.server.application.daemon?.watch.count ?? 0 > 5 { try await Task.sleep(for: .milliseconds(20)) }
      #expect(try await isAlive(server))
      withExtendedLifetime(idle) {}
    }
  }

  @Test func `ranges, conditions, HEAD and compression are answered as the standard says`() async throws {
    try await TestServer.run { server async throws in
      let whole = try await server.get("/images/a%20b.png")
      let part = try await server.get("/images/a%20b.png", ["Range": "bytes=1-3"])
      #expect(part.status == 206 && part.body == Array(whole.body[1...3]))
      #expect(part.fields["content-range"] == "bytes 1-3/\(whole.body.count)")
      #expect(try await server.get("/images/a%20b.png", ["Range": "bytes=999999-"]).status == 416)
      let tag = try #require(whole.fields["etag"])
      #expect(try await server.get("/images/a%20b.png", ["If-None-Match": tag]).status == 304)
      let head = try await server.send("HEAD", "/images/a%20b.png", [:], [])
      #expect(head.status == 200 && head.body.isEmpty && head.fields["content-length"] == "\(whole.body.count)")
      let packed = try await server.get("/openapi.json", ["Accept-Encoding": "gzip"])
      #expect(packed.fields["content-encoding"] == "gzip" && packed.body.starts(with: [0x1F, 0x8B]))
      #expect(try await server.get("/").fields["content-security-policy"]?.contains("default-src 'none'") == true)
      #expect(try await server.get("/images/a%20b.png?side=16").fields["content-type"] == "image/jpeg")
      #expect(try await server.get("/images/a%20b.png?prepared=1").fields["content-type"] == "image/png")
    }
  }

  @Test func `who does not read its answer is cut off`() async throws {
    let impatient = TestServer.Setting(change: { settings in
      settings.limits.answerSeconds = 0.3
      settings.limits.bodyBytesPerSecond = 1e9
    })
    try await TestServer.run(impatient) { server async throws in
      // More than the system holds between the two.
      let file = server.folder.appendingPathComponent("images/large.png")
      try Data(try TestServer.picture() + [UInt8](repeating: 0, count: 32 << 20)).write(to: file)
      while try await server.get("/api/list-images").text.contains("large") == false {
        try await Task.sleep(for: .milliseconds(100))
      }
      let lazy = try RawSocket(port: server.port)
      lazy.send(Array("GET /images/large.png HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
      while try await !server.get("/metrics").text.contains("dermgemma_http_cut_off_total 1") {
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(try await isAlive(server))
      withExtendedLifetime(lazy) {}
    }
  }

  @Test func `a flood of requests from one address is told to come again`() async throws {
    let narrow = TestServer.Setting(change: { settings in
      settings.limits.requestBurst = 50
      settings.limits.requestsPerSecond = 1
    })
    try await TestServer.run(narrow) { server async throws in
      var refused: RawAnswer?
      for _ in 0..<200 where refused == nil {
        let answer = try await server.get("/healthz")
        if answer.status != 200 { refused = answer }
      }
      #expect(refused?.status == 429 && refused?.fields["retry-after"] == "1")
      #expect(refused?.member("reason") == "too_many_requests")
      while try await !isAlive(server) { try await Task.sleep(for: .milliseconds(50)) }
    }
  }

  @Test func `one address gets so many connections and no more`() async throws {
    try await TestServer.run(.init(change: { $0.limits.connectionsOfOneAddress = 6 })) { server async throws in
      // Those that asked whether the server is ready leave first.
      while server.server.application.daemon?.watch.count ?? 0 > 0 { try await Task.sleep(for: .milliseconds(10)) }
      var open: [RawSocket] = []
      for _ in 0..<6 { open.append(try RawSocket(port: server.port)) }
      while server.server.application.daemon?.watch.count ?? 0 < 6 { try await Task.sleep(for: .milliseconds(10)) }
      #expect(try await server.get("/healthz").status == 0)
      open = []
      while try await !isAlive(server) { try await Task.sleep(for: .milliseconds(10)) }
    }
  }

  @Test(arguments: [
    "\u{16}\u{3}\u{1}\u{0}hello", "\0\0\0\0", "GET\r\n\r\n", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost localhost\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
    "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "POST /api/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n",
    "POST /api/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "POST /api/uploads HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data\r\nContent-Length: 5\r\n\r\nhello",
    "POST /api/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{\"file",
  ])
  func `what is no request, or half of one, is refused and the next is served`(_ text: String) async throws {
    try await TestServer.run { server async throws in
      let socket = try RawSocket(port: server.port)
      socket.send(Array(text.utf8))
      socket.endSending()
      let bytes = await Task.detached { socket.readAll() }.value
      let status = RawAnswer(bytes).status
      #expect(status == 0 || (400...505).contains(status), "\(status)")
      #expect(try await isAlive(server))
      #expect(server.engine.model.calls.isEmpty)
    }
  }
}
