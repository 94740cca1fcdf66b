import Faults
import Foundation

/// How often a failed request is retried, and after which delays.
public struct RetryPolicy: Sendable {
  /// Attempts in a row that may fail.
  public var attempts = 6
  /// Seconds before the second attempt; each further pause is twice as long.
  public var firstPause = 0.5
  /// The longest delay that we choose, in seconds.
  public var longestPause = 30.0
  /// The longest pause that a server may ask for, in seconds.
  public var longestWait = 120
  /// Called for every failure that is retried, with the failure and the delay in seconds.
  public var notice: @Sendable (any TransientFault, Double) -> Void = { _, _ in }

  /// The defaults.
  public init() {}

  /// Runs work until it succeeds, fails for good, or has failed `attempts` times without getting anywhere.
  ///
  /// - Parameter work: receives a closure to call when progress was made; attempts then count from the start.
  /// - Throws: what the last attempt threw; ``TransferFault/tooBusy(host:seconds:)``; `CancellationError`.
  public func run<Result>(_ work: (_ advanced: @escaping @Sendable () -> Void) async throws -> Result) async throws
    -> Result
  {
    let counter = AttemptCounter()
    while true {
      do {
        return try await work { counter.reset() }
      } catch let later as RetryLater {
        guard later.seconds <= longestWait else {
          throw TransferFault.tooBusy(host: later.host, seconds: later.seconds)
        }
        let failed = counter.next()
        guard failed < attempts else { throw later.fault }
        // The server decides, but a zero must not make us flood it with requests.
        let pause = max(Double(later.seconds), self.pause(afterFailure: failed))
        notice(later.fault, pause)
        try await Task.sleep(for: .seconds(pause))
      } catch let fault as any TransientFault where fault.isTransient {
        let failed = counter.next()
        guard failed < attempts else { throw fault }
        let pause = pause(afterFailure: failed)
        notice(fault, pause)
        try await Task.sleep(for: .seconds(pause))
      }
    }
  }

  /// Exponential backoff, with up to a quarter subtracted at random, so that many clients do not return at once.
  private func pause(afterFailure number: Int) -> Double {
    min(longestPause, firstPause * Double(1 << min(number - 1, 20))) * Double.random(in: 0.75...1)
  }
}

/// A fault that may have passed when the same is tried again.
public protocol TransientFault: Fault {
  /// Whether trying again may help.
  var isTransient: Bool { get }
}

/// A failure for which the server said when to retry.
public struct RetryLater: Error {
  /// The failure.
  public var fault: any TransientFault
  /// Whose it is.
  public var host: String
  /// Seconds to wait.
  public var seconds: Int

  /// A failure that is retried when its server wants it.
  public init(fault: any TransientFault, host: String, seconds: Int) {
    self.fault = fault
    self.host = host
    self.seconds = seconds
  }
}

/// The header `Retry-After`: seconds, or a date.
public enum RetryAfter {
  /// The seconds that it asks for; `nil` for a text that it does not allow.
  public static func seconds(_ text: String, now: Date = Date()) -> Int? {
    let text = text.trimmingCharacters(in: .whitespaces)
    if let seconds = Int(text) { return seconds >= 0 ? seconds : nil }
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(secondsFromGMT: 0)
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    guard let date = format.date(from: text) else { return nil }
    return max(0, Int(date.timeIntervalSince(now).rounded(.up)))
  }
}
