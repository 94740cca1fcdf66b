import Digests
import Faults
import Foundation
import Synchronization
import Testing

@testable import Hub

/// Sentences in the order in which they came.
final class Notices: Sendable {
  private let texts = Mutex<[String]>([])
  var all: [String] { texts.withLock { $0 } }
  func add(_ text: String) { texts.withLock { $0.append(text) } }
}

@Suite(.timeLimit(.minutes(5))) struct RefusalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var behaviour: String
    var token: String?
    var says: String
    var status: Int32 = 69
    var testDescription: String { behaviour + (token.map { " with token \($0)" } ?? "") }
  }

  static let cases = [
    Case(behaviour: "gated", says: "is gated: accept its terms on http"),
    Case(behaviour: "gated", token: "noaccess", says: "your token's owner has no access yet: accept its terms on"),
    Case(behaviour: "gated", token: "bad", says: "The hub refused the token"),
    Case(behaviour: "norepo", says: "no such repository, or a private one"),
    Case(behaviour: "missing", says: "has no file model.gguf at revision main"),
    Case(behaviour: "broken", says: "answered 500, a server error"),
    Case(behaviour: "busylong", says: "asks to retry in 9999 s"),
    Case(behaviour: "nohub", says: "is it a Hugging Face hub?"),
    Case(behaviour: "nocommit", says: "give the model a commit of 40 digits as its revision"),
    Case(behaviour: "page", says: "sent a page for people instead of a file"),
    Case(behaviour: "movedgated", token: "good", says: "which answers 401 and was not sent the token; set HF_ENDPOINT"),
    Case(behaviour: "loop", says: "more than 10 redirects"),
    Case(behaviour: "wrongsize", says: "300001 bytes came where 301001 were announced"),
    Case(behaviour: "short", says: "300001 bytes came where 299001 were announced"),
    Case(behaviour: "wronghash", says: "the file was discarded", status: 78),
    Case(behaviour: "range416", says: "bytes came where 300001 were announced"),
    Case(behaviour: "shifted", says: "bytes 5-65540 came where 0-65535 were wanted"),
    Case(behaviour: "changed", says: "the file changed on the server meanwhile"),
    Case(behaviour: "dead", says: "cannot be reached"),
    Case(behaviour: "stallalways", says: "sent nothing for 1 s"),
    Case(behaviour: "huge", says: "1000000000 GB are needed and", status: 74),
  ]

  @Test(arguments: cases) func `a refusal is one line that says what to do, and leaves no file`(_ one: Case)
    async throws
  {
    var hub = try await HubFixture(one.behaviour, token: one.token)
    hub.fetcher.download.client.retries.attempts = 2
    do {
      let path = try await hub.fetcher.fetch(hub.file())
      Issue.record("\(path) should not be there")
    } catch let fault as any Fault {
      #expect(fault.description.contains(one.says), "\(fault)")
      #expect(!fault.description.contains("\n"))
      #expect(fault.kind.exitStatus == one.status)
    }
    #expect(hub.files().allSatisfy { !$0.contains("/snapshots/") })
    #expect(hub.blobs().allSatisfy { $0.contains(".dermgemma.") })
    if one.behaviour == "wronghash" { #expect(hub.blobs().isEmpty) }
  }

  @Test func `a pinned digest that the hub contradicts is refused before anything is fetched`() async throws {
    let hub = try await HubFixture("plain")
    var file = hub.file()
    file.pinned = SHA256Digest(of: [1])
    await #expect {
      try await hub.fetcher.fetch(file)
    } throws: { error in
      guard case HubFault.otherThanPinned = error else { return false }
      return "\(error)".hasSuffix("nothing was fetched") && (error as? any Fault)?.kind.exitStatus == 78
    }
    #expect(try await hub.server.log(of: hub.repository).allSatisfy { $0.role == "hub" })
  }

  @Test func `offline, only the cache is asked`() async throws {
    let hub = try await HubFixture("plain")
    let path = try await hub.fetcher.fetch(hub.file())
    var offline = hub
    offline.fetcher.environment.isOffline = true
    let before = try await hub.server.log(of: hub.repository).count
    #expect(try await offline.fetcher.fetch(hub.file()) == path)
    await #expect(throws: HubFault.offline(file: "other.gguf", cache: hub.cache)) {
      try await offline.fetcher.fetch(hub.file("other.gguf"))
    }
    #expect(try await hub.server.log(of: hub.repository).count == before)
  }

  @Test func `without a hub in reach, what is in the cache is used and said so`() async throws {
    let hub = try await HubFixture("plain")
    let path = try await hub.fetcher.fetch(hub.file())
    let notices = Notices()
    var alone = hub.fetcher
    alone.download.client.retries.attempts = 2
    alone.environment.endpoint = "http://127.0.0.1:1"
    alone.notice = { notices.add($0) }
    #expect(try await alone.fetch(hub.file()) == path)
    #expect(notices.all.count == 1 && notices.all[0].contains("using what is in the cache"))
  }
}
