import Foundation
import Testing

@testable import Transfer

@Suite struct SmallPartsTests {
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
}
