import Digests
import Foundation
import Testing

/// Digests that other threads compute while the process exits.
@Suite(.timeLimit(.minutes(5))) struct ExitTests {
  @Test(arguments: 1...8) func `an exit beside a digest is no crash`(_ number: Int) async {
    await #expect(processExitsWith: .success) {
      for _ in 0..<4 {
        Thread.detachNewThread { while true { _ = SHA256Digest(of: [1, 2, 3]) } }
      }
      usleep(5_000)
      exit(0)
    }
  }
}
