import Foundation
import Synchronization

/// A tab of Chromium, as a person uses it: looks at it, presses keys.
final class BrowserTab: Sendable {
  /// How long something is waited for.
  private static let timeout = Duration.seconds(60)
  /// Between two looks.
  private static let pause = Duration.milliseconds(25)

  private let browser: Chromium
  private let target: String
  private let session: String
  private let heard = Mutex<[String]>([])

  private struct Answer<Result: Decodable>: Decodable { var result: Result }
  private struct Target: Decodable { var targetId: String }
  private struct Session: Decodable { var sessionId: String }
  private struct Evaluation: Decodable {
    struct Value: Decodable { var value: String? }
    struct Exception: Decodable { var text: String }
    var result: Value
    var exceptionDetails: Exception?
  }

  /// An empty tab.
  ///
  /// - Parameter dark: whether the person prefers a dark theme.
  init(_ browser: Chromium, dark: Bool = false) async throws {
    self.browser = browser
    let made = try await browser.call("Target.createTarget", #"{"url":"about:blank"}"#)
    target = try JSONDecoder().decode(Answer<Target>.self, from: made).result.targetId
    let attached = try await browser.call("Target.attachToTarget", "{\"targetId\":\"\(target)\",\"flatten\":true}")
    session = try JSONDecoder().decode(Answer<Session>.self, from: attached).result.sessionId
    browser.listen(to: session) { [weak self] method, message in
      guard method == "Runtime.exceptionThrown" || method == "Log.entryAdded" else { return }
      let text = String(decoding: message, as: UTF8.self)
      // What the network refuses is part of some tests; what the page does wrong never is.
      if method == "Log.entryAdded", !text.contains("\"level\":\"error\"") || text.contains("\"source\":\"network\"") {
        return
      }
      self?.heard.withLock { $0.append(text) }
    }
    for domain in ["Runtime", "Log", "Page", "Network"] { _ = try await call("\(domain).enable") }
    _ = try await call(
      "Emulation.setDeviceMetricsOverride", #"{"width":1280,"height":800,"deviceScaleFactor":1,"mobile":false}"#)
    let scheme = dark ? "dark" : "light"
    _ = try await call(
      "Emulation.setEmulatedMedia", "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"\(scheme)\"}]}")
  }

  /// What went wrong in the page: uncaught errors, and what its policy forbids.
  var faults: [String] { heard.withLock { $0 } }

  func close() async throws { _ = try await browser.call("Target.closeTarget", "{\"targetId\":\"\(target)\"}") }

  /// Calls a method of the protocol for this tab.
  @discardableResult func call(_ method: String, _ parameters: String = "{}") async throws -> Data {
    try await browser.call(method, parameters, session: session)
  }

  /// Goes to an address and waits until the page is ready.
  func open(_ address: String) async throws {
    try await call("Page.navigate", "{\"url\":\(Self.quoted(address))}")
    try await until("document.body?.dataset.ready === 'yes' && location.href.startsWith(\(Self.quoted(address)))")
  }

  /// The value of an expression as text.
  func value(_ expression: String) async throws -> String {
    let wrapped = "(async () => String(await (\(expression))))()"
    let answer = try await call(
      "Runtime.evaluate", "{\"expression\":\(Self.quoted(wrapped)),\"awaitPromise\":true,\"returnByValue\":true}")
    let evaluation = try JSONDecoder().decode(Answer<Evaluation>.self, from: answer).result
    if let exception = evaluation.exceptionDetails {
      throw Chromium.Failure(description: "\(expression): \(exception.text)")
    }
    return evaluation.result.value ?? ""
  }

  /// Waits until an expression is true.
  func until(_ expression: String) async throws {
    let deadline = ContinuousClock.now + Self.timeout
    // A page that is being loaded has nothing to ask yet.
    while await (try? value("Boolean(\(expression))")) != "true" {
      guard ContinuousClock.now < deadline else {
        let shown = (try? await value("document.body.innerText")) ?? ""
        throw Chromium.Failure(description: "never true: \(expression); the page shows: \(shown.prefix(500))")
      }
      try await Task.sleep(for: Self.pause)
    }
  }

  /// The text that an element shows.
  func text(_ selector: String) async throws -> String {
    try await value("document.querySelector(\(Self.quoted(selector)))?.innerText ?? ''")
  }

  /// How many elements there are.
  func count(_ selector: String) async throws -> Int {
    Int(try await value("document.querySelectorAll(\(Self.quoted(selector))).length")) ?? -1
  }

  /// Presses and releases a key.
  func press(_ key: String) async throws {
    let codes = ["Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowRight": 39, "/": 191, "?": 191]
    let code = codes[key] ?? key.uppercased().unicodeScalars.first.map { Int($0.value) } ?? 0
    let text = key == "Enter" ? "\r" : key.count == 1 ? key : nil
    let typed = text.map { ",\"text\":\(Self.quoted($0))" } ?? ""
    let common = "\"key\":\(Self.quoted(key)),\"windowsVirtualKeyCode\":\(code)"
    try await call("Input.dispatchKeyEvent", "{\"type\":\"keyDown\",\(common)\(typed)}")
    try await call("Input.dispatchKeyEvent", "{\"type\":\"keyUp\",\(common)}")
  }

  /// A text as JSON and JavaScript spell it.
  static func quoted(_ text: String) -> String {
    (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
