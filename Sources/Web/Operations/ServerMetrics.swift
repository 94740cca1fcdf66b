import Dermoscopy
import Foundation
import Synchronization

/// Metrics for operators, in Prometheus' text format 0.0.4.
final class ServerMetrics: Sendable {
  /// Upper bounds of a request's time, in seconds.
  private static let requestBounds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10]
  /// Upper bounds of a phase's time, in seconds.
  private static let phaseBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

  private struct RequestKey: Hashable {
    var route: String
    var method: String
    var status: Int
  }

  private struct State {
    var requests: [RequestKey: Int] = [:]
    var requestTimes = Histogram(bounds: requestBounds)
    var cutOff = 0
    var jobs: [String: Int] = [:]
    var phases: [String: Histogram] = [:]
    var promptTokens = 0
    var generatedTokens = 0
    var imageEncodes = 0
    var imageCacheHits = 0
    var uploads = 0
  }

  private let state = Mutex(State())
  private let started = ContinuousClock.now

  func note(_ record: HTTPExchangeRecord) {
    state.withLock { state in
      // Unknown paths and methods share one series; otherwise a client could create any number of series.
      let key = RequestKey(
        route: record.route.isEmpty ? "none" : record.route,
        method: ["GET", "HEAD", "POST", "DELETE"].contains(record.method) ? record.method : "other",
        status: record.status)
      state.requests[key, default: 0] += 1
      if !record.route.hasSuffix("/events") { state.requestTimes.note(record.duration / .seconds(1)) }
    }
  }

  func note(_ job: Job) {
    state.withLock { state in
      switch job.state {
      case .queued, .running: return
      case .failed(let failure): state.jobs[failure.reason == "cancelled" ? "cancelled" : "error", default: 0] += 1
      case .done(.answer(_, let counts)):
        state.jobs["done", default: 0] += 1
        state.promptTokens += counts.promptTokens
        state.generatedTokens += counts.generatedTokens
        state.imageEncodes += counts.imageEncodes
      case .done(.examination(let report)):
        state.jobs["done", default: 0] += 1
        let timings = report.timings
        for (phase, milliseconds) in [
          ("encode", timings.encode), ("observation", timings.phase1), ("review", timings.phase2),
          ("classification", timings.phase3), ("total", timings.total),
        ] where milliseconds > 0 {
          state.phases[phase, default: Histogram(bounds: Self.phaseBounds)].note(milliseconds / 1_000)
        }
        state.promptTokens += report.counts.promptTokens
        state.generatedTokens += report.counts.generatedTokens
        state.imageEncodes += report.counts.imageEncodes
        if report.counts.imageEncodes == 0 { state.imageCacheHits += 1 }
      }
    }
  }

  func noteCutOff() { state.withLock { $0.cutOff += 1 } }
  func noteUpload() { state.withLock { $0.uploads += 1 } }

  /// What only the moment knows.
  struct Gauges {
    var queued: Int
    var running: Int
    var streams: Int
    var connections: Int
    var isReady: Bool
    var version: String
  }

  /// The whole text.
  func text(_ gauges: Gauges) -> String {
    let state = state.withLock { $0 }
    var text = PrometheusText()
    text.gauge("build_info", "The program's version.", [(["version": gauges.version], 1)])
    text.gauge("ready", "1 when images can be read.", [([:], gauges.isReady ? 1 : 0)])
    text.gauge("uptime_seconds", "Since the server started.", [([:], started.duration(to: .now) / .seconds(1))])
    text.counter(
      "http_requests_total", "Requests that were answered, by route, method and status; status 0 was not answered.",
      state.requests.map {
        (["route": $0.key.route, "method": $0.key.method, "status": String($0.key.status)], Double($0.value))
      })
    text.histogram(
      "http_request_duration_seconds", "From request line to last byte; streams of events are left out.",
      [([:], state.requestTimes)])
    text.counter("http_cut_off_total", "Connections cut off for being slow.", [([:], Double(state.cutOff))])
    text.gauge("http_connections", "Open connections.", [([:], Double(gauges.connections))])
    text.gauge("event_streams", "Open streams of events.", [([:], Double(gauges.streams))])
    text.gauge("jobs_queued", "Examinations that wait.", [([:], Double(gauges.queued))])
    text.gauge("jobs_running", "Examinations that run.", [([:], Double(gauges.running))])
    text.counter(
      "jobs_total", "Examinations that are over, by outcome.",
      ["done", "error", "cancelled"].map { (["outcome": $0], Double(state.jobs[$0] ?? 0)) })
    text.histogram(
      "phase_duration_seconds", "Time that an examination's phases took.",
      state.phases.map { (["phase": $0.key], $0.value) })
    text.counter(
      "tokens_total", "Tokens, read in prompts and generated.",
      [(["kind": "prompt"], Double(state.promptTokens)), (["kind": "generated"], Double(state.generatedTokens))])
    text.counter("image_encodes_total", "Images put through the projector.", [([:], Double(state.imageEncodes))])
    text.counter(
      "image_cache_hits_total", "Examinations whose image was known.", [([:], Double(state.imageCacheHits))])
    text.counter("uploads_total", "Images that were uploaded.", [([:], Double(state.uploads))])
    if let resident = Self.residentBytes {
      text.gauge("resident_memory_bytes", "Memory that the process holds.", [([:], Double(resident))])
    }
    return text.text
  }

  /// `/proc/self/statm`'s second number, in pages.
  private static var residentBytes: Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
    let numbers = String(decoding: data, as: UTF8.self).split(separator: " ")
    return numbers.count > 1 ? Int(numbers[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
  }
}

/// How often something took how long.
struct Histogram: Sendable {
  let bounds: [Double]
  private(set) var counts: [Int]
  private(set) var sum = 0.0
  private(set) var count = 0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = [Int](repeating: 0, count: bounds.count)
  }

  mutating func note(_ value: Double) {
    sum += value
    count += 1
    if let index = bounds.firstIndex(where: { value <= $0 }) { counts[index] += 1 }
  }
}
