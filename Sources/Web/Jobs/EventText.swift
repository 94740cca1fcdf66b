import Dermoscopy
import JSON

/// An examination's event as a server-sent event (HTML Standard, 9.2).
enum EventText {
  /// `id`, `event` and `data`, and the empty line that ends them.
  ///
  /// - Parameter failure: the failure to report; the event's own may reveal internals.
  static func bytes(of event: NumberedEvent, failure: (() -> JobFailure?)) -> [UInt8] {
    var json = (try? event.json()) ?? "{}"
    if case .failed = event.event, let failure = failure() {
      let told = Failed(
        number: event.number, event: event.event.eventName,
        failure: .init(status: failure.exitStatus, message: failure.message, reason: failure.reason))
      json = (try? OrderedJSON.line(told)) ?? "{}"
    }
    return Array("id: \(event.number)\nevent: \(event.event.eventName)\ndata: \(json)\n\n".utf8)
  }

  private struct Failed: Encodable {
    struct Failure: Encodable {
      let status: Int32
      let message: String
      let reason: String
    }
    let number: Int
    let event: String
    let failure: Failure
  }
}
