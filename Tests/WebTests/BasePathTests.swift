import Foundation
import Testing

@testable import Web

/// A server that has a part of a larger site.
@Suite(.timeLimit(.minutes(10))) struct BasePathTests {
  private static func below(_ path: String) throws -> TestServer.Setting {
    let base = try #require(BasePath(path))
    return TestServer.Setting(change: { $0.basePath = base })
  }

  @Test(arguments: [
    ("/derm", "/derm"), ("/derm/", "/derm"), ("/clinic/derm-2_x.y~z", "/clinic/derm-2_x.y~z"), ("/", ""),
  ])
  func `a path is taken with and without a slash at its end`(_ text: String, _ path: String) throws {
    #expect(try #require(BasePath(text)).text == path)
  }

  @Test(arguments: ["", "derm", "//", "/a//b", "/a/../b", "/.", "/a b", "/a%20b", "/ä", "/a?b", "/a#b", "/a;b"])
  func `what no proxy passes on as it is is no path`(_ text: String) { #expect(BasePath(text) == nil) }

  @Test func `page, API, events and cookie are below the path, and all addresses lead there`() async throws {
    try await TestServer.run(try Self.below("/derm")) { server async throws in
      let moved = try await server.get("/derm")
      #expect(moved.status == 308 && moved.fields["location"] == "/derm/")
      let page = try await server.get("/derm/")
      #expect(page.status == 200)
      // Every address in the page is relative to it, so that it is found wherever the page lies.
      for attribute in ["href=\"/", "src=\"/"] { #expect(!page.text.contains(attribute)) }
      for asset in PageAsset.all.map(\.path) { #expect(try await server.get("/derm\(asset)").status == 200) }

      let images = try await server.get("/derm/api/images")
      #expect(images.text.contains("\"/derm/images/a%20b.png\""))
      #expect(try await server.get("/derm/images/a%20b.png").status == 200)
      let posted = try await server.post(
        "/derm/api/analyze", json: "{\"filename\": \"a b.png\"}", ["Prefer": "respond-async"])
      let job = posted.member("job_id")
      #expect(posted.status == 202 && posted.fields["location"] == "/derm/api/status/\(job)")
      #expect(try await server.get("/derm/api/jobs/\(job)/events").text.contains("event: finished"))
      let session = try await server.post("/derm/api/session", json: "{\"token\": \"\"}")
      #expect(session.status == 204)
      let ended = try await server.send("DELETE", "/derm/api/session", [:], [])
      #expect(ended.fields["set-cookie"]?.contains("Path=/derm/;") == true)

      let description = try await server.get("/derm/openapi.json")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(description.body)) as? [String: Any])
      #expect((document["servers"] as? [[String: String]]) == [["url": "/derm"]])
      // A proxy may take the path away, and health checks go past it.
      #expect(try await server.get("/healthz").status == 200)
      #expect(try await server.get("/api/list-images").status == 200)
      for other in ["/dermatology/", "/derm/derm/", "/other/healthz"] {
        #expect(try await server.get(other).status == 404, "\(other)")
      }
    }
  }

  @Test func `without a path all is as it was`() async throws {
    try await TestServer.run { server async throws in
      #expect(try await server.get("/derm/").status == 404)
      #expect(try await server.get("/openapi.json").text.contains("\"url\": \"/\""))
      #expect(try await server.get("/api/images").text.contains("\"/images/a%20b.png\""))
    }
  }
}
