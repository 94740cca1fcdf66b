import Dispatch
import Foundation

/// Turns Ctrl-C and a polite kill into cancellation of a task; the second one ends the process at once.
final class Interruption: @unchecked Sendable {
  // Immutable after `init`; the sources call back on their own queue.
  private var sources: [any DispatchSourceSignal] = []

  init(_ cancel: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "dermgemma-signals")
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      nonisolated(unsafe) var count = 0  // Only ever touched on `queue`.
      source.setEventHandler {
        count += 1
        if count > 1 { _exit(130) }
        cancel()
      }
      source.resume()
      sources.append(source)
    }
  }
}
