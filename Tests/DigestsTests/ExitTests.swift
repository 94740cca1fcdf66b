import Foundation
import TestPrograms
import Testing

/// Digests that other threads compute while the process exits, in a child process. (The testing library's own exit tests look
/// after every child of the process, and would keep a processor busy beside those of other tests.)
@Suite(.timeLimit(.minutes(5))) struct ExitTests {
  @Test(arguments: 1...16) func `an exit beside a digest is no crash`(_ number: Int) async throws {
    let folder = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
    let outcome = try await Program.run([], program: folder + "/DigestAtExit")
    #expect(outcome.status == 0, "\(outcome)")
  }
}
