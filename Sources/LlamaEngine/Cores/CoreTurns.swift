import CLlama
import Foundation

/// Lets encoder and decoder take turns on the same processors, in the order in which they ask.
///
/// Each uses all the threads that were granted; both at once would be twice as many as there are processors, and
/// OpenMP's threads then wait for one another in vain. An image of MedGemma's takes a minute, so the encoder gives its
/// turn away after every large product: who is being answered waits for a fraction of a second.
final class CoreTurns: Sendable {
  // The condition guards both tickets.
  private let condition = NSCondition()
  private nonisolated(unsafe) var nextTicket: UInt64 = 0
  private nonisolated(unsafe) var served: UInt64 = 0

  /// Waits until everyone who asked before is done.
  func take() {
    condition.lock()
    let ticket = nextTicket
    nextTicket += 1
    while served != ticket { condition.wait() }
    condition.unlock()
  }

  /// Lets the next one go on.
  func give() {
    condition.lock()
    served += 1
    condition.broadcast()
    condition.unlock()
  }

  /// mtmd asks this before and after every node of the encoder's graph; the pointer is a `CoreTurns` that is held.
  static let betweenProducts: ggml_backend_sched_eval_callback = { node, asks, turns in
    guard let node, let turns else { return true }
    if asks { return node.pointee.op == GGML_OP_MUL_MAT }
    let turnsOfEncoder = Unmanaged<CoreTurns>.fromOpaque(turns).takeUnretainedValue()
    turnsOfEncoder.give()
    turnsOfEncoder.take()
    return true
  }
}
