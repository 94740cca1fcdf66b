/// Prometheus' text format: a description, a type, and the samples of each metric.
struct PrometheusText {
  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"
  private static let prefix = "dermgemma_"

  private(set) var text = ""

  mutating func counter(_ name: String, _ help: String, _ samples: [([String: String], Double)]) {
    describe(name, help, "counter")
    add(name, samples)
  }

  mutating func gauge(_ name: String, _ help: String, _ samples: [([String: String], Double)]) {
    describe(name, help, "gauge")
    add(name, samples)
  }

  mutating func histogram(_ name: String, _ help: String, _ samples: [([String: String], Histogram)]) {
    describe(name, help, "histogram")
    for (labels, histogram) in samples.sorted(by: { Self.spelled($0.0) < Self.spelled($1.0) }) {
      var total = 0
      for (bound, count) in zip(histogram.bounds, histogram.counts) {
        total += count
        add(name + "_bucket", [(labels.merging(["le": Self.spelled(bound)]) { $1 }, Double(total))])
      }
      add(name + "_bucket", [(labels.merging(["le": "+Inf"]) { $1 }, Double(histogram.count))])
      add(name + "_sum", [(labels, histogram.sum)])
      add(name + "_count", [(labels, Double(histogram.count))])
    }
  }

  private mutating func describe(_ name: String, _ help: String, _ type: String) {
    text += "# HELP \(Self.prefix)\(name) \(help)\n# TYPE \(Self.prefix)\(name) \(type)\n"
  }

  private mutating func add(_ name: String, _ samples: [([String: String], Double)]) {
    for (labels, value) in samples.sorted(by: { Self.spelled($0.0) < Self.spelled($1.0) }) {
      text += "\(Self.prefix)\(name)\(Self.spelled(labels)) \(Self.spelled(value))\n"
    }
  }

  private static func spelled(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
  }

  private static func spelled(_ labels: [String: String]) -> String {
    guard !labels.isEmpty else { return "" }
    let pairs = labels.sorted { $0.key < $1.key }.map { key, value in
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      return "\(key)=\"\(escaped)\""
    }
    return "{\(pairs.joined(separator: ","))}"
  }
}
