import Foundation
import TestServers
import Testing
import Transfer

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

  @Test func `an answer that is too large is refused while it comes`() async throws {
    let server = try await MockServer.shared
    let url = server.storage + "/tests/plain.large/resolve/main/x"
    await #expect(throws: TransferFault.tooLarge(url: url, limit: 1000)) {
      try await HTTPClient().bytes(of: ClientRequest(url), limit: 1000)
    }
  }
}
