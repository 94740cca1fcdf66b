import Foundation
import Testing
import TestServers
import VisionLanguage

@testable import RemoteModel

@Suite struct EndpointTests {
  @Test(arguments: [
    ("http://127.0.0.1:8080/v1", "127.0.0.1:8080", true), ("http://localhost/v1/", "localhost", true),
    ("http://127.9.9.9/v1", "127.9.9.9", true), ("http://[::1]:8000/v1", "[::1]:8000", true),
    ("https://gpu.example/v1", "gpu.example", false), ("http://10.0.0.1:8000/v1", "10.0.0.1:8000", false),
    ("http://127.0.0.1.example.com/v1", "127.0.0.1.example.com", false),
    ("http://localhost.example.com", "localhost.example.com", false), ("http://0.0.0.0:80", "0.0.0.0:80", false),
    ("http://[::ffff:127.0.0.1]/v1", "[::ffff:127.0.0.1]", false), ("http://127.1/v1", "127.1", false),
  ])
  func `only loopback addresses are this machine`(address: String, host: String, isThisMachine: Bool) throws {
    let endpoint = try RemoteEndpoint(address)
    #expect(endpoint.host == host && endpoint.isThisMachine == isThisMachine)
    guard !isThisMachine else { return }
    #expect(throws: RemoteFault.notAllowed(host: host)) {
      try RemoteConfiguration(endpoint, allowsRemote: false) { _ in [] }
    }
    _ = try RemoteConfiguration(endpoint, allowsRemote: true) { _ in [] }
  }

  @Test(arguments: [
    "gpu", "ftp://127.0.0.1", "http://", "http://127.0.0.1@example.com/v1", "http://user:secret@127.0.0.1/v1",
    "http://127.0.0.1/v1?key=secret", "http://127.0.0.1/v1#x", "http://127.0.0.1\\@example.com", "",
  ])
  func `an address that could be taken for two is refused, and not repeated`(address: String) throws {
    let fault = #expect(throws: RemoteFault.self) { try RemoteEndpoint(address) }
    #expect(fault?.description.contains("secret") == false && fault?.kind == .usage)
  }

  @Test func `a key prints itself nowhere, and is taken out of a server's own words`() async throws {
    let secret = "sk-planted-0123456789"
    let key = try AccessKey(" \(secret)\n", from: "test")
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\(Mirror(reflecting: key).children.count)"] {
      #expect(!text.contains(secret))
    }
    let endpoint = try await EndpointMock.shared.endpoint("echo")
    var configuration = try Asked.configuration(endpoint)
    configuration.key = key
    #expect(!"\(configuration)".contains(secret))
    let model = try await RemoteVisionLanguageModel(configuration)
    let fault = await #expect(throws: RemoteFault.self) { try await Asked.answer(of: model) }
    #expect(fault?.description.hasSuffix("answered 418: you sent Bearer [key]") == true)
  }

  @Test(arguments: ["", "\n", "two words\n", "näh\n"]) func `a file without a usable key is refused`(text: String)
    throws
  {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID().uuidString)").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let fault = #expect(throws: RemoteFault.self) { try AccessKey(fileAt: path) }
    #expect(fault?.kind == .missingInput)
  }
}
