import Testing

@testable import Web

@Suite(.timeLimit(.minutes(10))) struct ServerFaultTests {
  @Test func namesThePort() {
    #expect(ServerFault.cannotListen(host: "127.0.0.1", port: 6565, reason: "taken").description.contains("6565"))
  }
}
