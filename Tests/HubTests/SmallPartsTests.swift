import Foundation
import TestServers
import Testing

@testable import Hub

@Suite(.timeLimit(.minutes(5))) struct SmallPartsTests {
  @Test func `the environment says where hub, cache and token are, as the hub's tools have it`() throws {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("home-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: home + "/hf", withIntermediateDirectories: true)
    try Data("from-file\n".utf8).write(to: URL(fileURLWithPath: home + "/hf/token"))
    func environment(_ variables: [String: String]) -> HubEnvironment {
      HubEnvironment(variables: variables.merging(["HOME": home]) { first, _ in first })
    }
    #expect(environment([:]) == HubEnvironment(cache: home + "/.cache/huggingface/hub"))
    #expect(environment(["XDG_CACHE_HOME": "/x"]).cache == "/x/huggingface/hub")
    #expect(environment(["HF_HOME": "~/hf"]).cache == home + "/hf/hub")
    #expect(environment(["HF_HOME": home + "/hf"]).token == "from-file")
    #expect(environment(["HF_HOME": home + "/hf", "HF_TOKEN": "mine"]).token == "mine")
    #expect(environment(["HF_TOKEN_PATH": home + "/hf/token"]).token == "from-file")
    #expect(environment(["HF_TOKEN": "two\r\nX-Evil: lines"]).token == nil)
    #expect(environment(["HF_HUB_CACHE": "/c", "HF_HOME": "/h"]).cache == "/c")
    #expect(environment(["HF_ENDPOINT": "https://mirror.example/"]).endpoint == "https://mirror.example")
    #expect(environment(["HF_HUB_OFFLINE": "1"]).isOffline && environment(["HF_HUB_OFFLINE": "YES"]).isOffline)
    #expect(!environment(["HF_HUB_OFFLINE": "0"]).isOffline && !environment(["HF_HUB_OFFLINE": ""]).isOffline)
    #expect(environment(["TRANSFORMERS_OFFLINE": "1"]).isOffline)
    #expect(
      !environment(["HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"]).isOffline, "the newer one is asked alone")
    #expect(environment(["HF_HUB_OFFLINE": "", "TRANSFORMERS_OFFLINE": "on"]).isOffline)
    #expect(environment([:]).usesLinks && !environment(["HF_HUB_DISABLE_SYMLINKS": "1"]).usesLinks)
    for (folder, expected) in [
      ("$HOME/hf", home + "/hf"), ("${HOME}/hf", home + "/hf"), ("$NOBODY/hf", "$NOBODY/hf"), ("/a$B/${B}c", "/aX/Xc"),
      ("~root/hf", "/root/hf"), ("~/$B", home + "/X"),
    ] {
      #expect(environment(["HF_HOME": folder, "B": "X"]).cache == expected + "/hub")
      #expect(environment(["HF_HUB_CACHE": folder, "B": "X"]).cache == expected)
      #expect(environment(["HUGGINGFACE_HUB_CACHE": folder, "B": "X"]).cache == expected)
    }
  }

  @Test func `the token is the first of variable, older variable and file that holds one, as the hub's tools have it`()
    throws
  {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("home-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    try Data(" from\n-file\n".utf8).write(to: URL(fileURLWithPath: home + "/token"))
    func token(_ variables: [String: String]) -> String? {
      HubEnvironment(variables: variables.merging(["HF_HOME": home]) { first, _ in first }).token
    }
    #expect(token(["HF_TOKEN": "one", "HUGGING_FACE_HUB_TOKEN": "two"]) == "one")
    #expect(token(["HUGGING_FACE_HUB_TOKEN": "two"]) == "two")
    #expect(token(["HF_TOKEN": "", "HUGGING_FACE_HUB_TOKEN": "two"]) == "two")
    #expect(token(["HF_TOKEN": " \n"]) == "from-file", "a blank one hides no file")
    #expect(token(["HF_TOKEN": " ", "HUGGING_FACE_HUB_TOKEN": "two"]) == "from-file")
    #expect(token(["HF_TOKEN_PATH": "$T/token", "T": home]) == "from-file")
    #expect(token(["HF_TOKEN_PATH": "/nowhere"]) == nil)
    for yes in ["1", "true", "YES", "on"] {
      #expect(token(["HF_HUB_DISABLE_IMPLICIT_TOKEN": yes, "HF_TOKEN": "one"]) == nil)
    }
    #expect(token(["HF_HUB_DISABLE_IMPLICIT_TOKEN": "0", "HF_TOKEN": "one"]) == "one")
    #expect(HubEnvironment(variables: ["HF_HOME": home]).tokenSource == home + "/token")
  }

  @Test func `the rate is that of the last seconds`() {
    var meter = RateMeter()
    meter.add(0, at: 0)
    #expect(meter.rate == nil)
    for second in 1...10 { meter.add(Int64(second * 100), at: Double(second)) }
    #expect(meter.rate == 100)
    for second in 11...20 { meter.add(1000 + Int64((second - 10) * 10), at: Double(second)) }
    #expect(meter.rate == 10)
  }

  @Test func `progress tells bytes, rate and time left`() {
    var progress = TransferProgress(name: "a.gguf", received: 1_200_000_000, total: 4_130_000_000, rate: nil)
    #expect(progress.line == "a.gguf  1.2 GB of 4.13 GB")
    progress.rate = 31_000_000
    #expect(progress.line == "a.gguf  1.2 GB of 4.13 GB  31 MB/s  1 min 35 s left")
    progress.rate = 0
    #expect(progress.line == "a.gguf  1.2 GB of 4.13 GB  0 bytes/s")
  }

  @Test func `a server's pause is read from seconds and from a date`() throws {
    let now = Date(timeIntervalSince1970: 1_700_000_000)
    #expect(RetryAfter.seconds("7") == 7)
    #expect(RetryAfter.seconds("-7") == nil)
    #expect(RetryAfter.seconds("soon") == nil)
    #expect(RetryAfter.seconds("Tue, 14 Nov 2023 22:13:30 GMT", now: now) == 10)
    #expect(RetryAfter.seconds("Tue, 14 Nov 2023 22:00:00 GMT", now: now) == 0)
  }

  @Test func `addresses are one server's by scheme, host and port`() {
    #expect(Origin("https://a.example/x") == Origin("https://A.example:443/y"))
    #expect(Origin("https://a.example") != Origin("http://a.example"))
    #expect(Origin("https://a.example") != Origin("https://a.example:444"))
    #expect(Origin("file:///etc/passwd") == nil)
  }

  @Test(arguments: ["file:///etc/passwd", "ftp://a.example/x", "nonsense", "http://"])
  func `only http and https are fetched`(_ address: String) async {
    await #expect(throws: TransferFault.badAddress(address)) {
      try await HTTPClient().bytes(of: ClientRequest(address), limit: 10)
    }
  }

  @Test func `an answer that is too large is refused while it comes`() async throws {
    let standIn = try await StandInServer.shared
    let url = standIn.storage + "/tests/plain.large/resolve/main/x"
    await #expect(throws: TransferFault.tooLarge(url: url, limit: 1000)) {
      try await HTTPClient().bytes(of: ClientRequest(url), limit: 1000)
    }
  }
}
