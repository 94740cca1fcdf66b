import Foundation
import Testing

@testable import Web

/// The page in a real browser. Interop/test_page.py has the whole of it; these are what must never break.
@Suite(
  .serialized, .timeLimit(.minutes(5)), .enabled(if: Chromium.path != nil, Comment(rawValue: Chromium.missing)))
struct PageTests {
  /// A tab that shows a server's page; ends with a check that nothing in it went wrong.
  private func show(
    _ setting: TestServer.Setting = TestServer.Setting(), path: String = "/", dark: Bool = false,
    _ body: (BrowserTab, TestServer) async throws -> Void
  ) async throws {
    try await TestServer.run(setting) { server async throws in
      let browser = try Chromium()
      defer { browser.close() }
      let tab = try await BrowserTab(browser, dark: dark)
      try await tab.open("http://127.0.0.1:\(server.port)\(path)")
      try await tab.until("document.querySelectorAll('[role=option]').length === 2")
      try await body(tab, server)
      #expect(tab.faults == [])
    }
  }

  @Test func `Enter reads the image, and three phases with their answer are shown`() async throws {
    try await show { tab, server in
      try await tab.press("Enter")
      try await tab.until("document.querySelector('.after .actions button')")
      #expect(try await tab.count(".phase[data-state=done]") == 3)
      #expect(try await tab.text(".verdict .code") == "NV")
      #expect(try await tab.text(".observations").contains("oval"))
      #expect(try await tab.text(".bars").contains("runner-up"))
      #expect(try await tab.text(".description").contains("border is regular"))
      #expect(server.engine.model.calls.count { $0 == .look } == 1)
    }
  }

  @Test func `below a path of a larger site the page reads, shows and remembers as it does elsewhere`() async throws {
    let base = try #require(BasePath("/clinic/derm"))
    try await show(.init(change: { $0.basePath = base }), path: "/clinic/derm") { tab, server in
      try await tab.until("document.querySelector('[role=option] img')?.naturalWidth > 0")
      try await tab.press("Enter")
      try await tab.until("document.querySelector('.after .actions button')")
      #expect(try await tab.text(".verdict .code") == "NV")
      try await tab.until("location.pathname === '/clinic/derm/'")
      // Nothing was asked for elsewhere than below the path.
      try await tab.until(
        "performance.getEntriesByType('resource').every(({ name }) => /^(blob|data):|\\/clinic\\/derm\\//.test(name))")
      #expect(server.engine.model.calls.count { $0 == .look } == 1)
    }
  }

  @Test func `arrows choose images, a slash filters them, and a question mark shows the keys`() async throws {
    try await show { tab, _ in
      let chosen = "document.querySelector('[aria-selected=true]')?.dataset.name"
      try await tab.press("ArrowRight")
      try await tab.until("\(chosen) === 'broken.jpg'")
      try await tab.press("ArrowLeft")
      try await tab.until("\(chosen) === 'a b.png'")
      try await tab.press("/")
      for letter in ["b", "r", "o"] { try await tab.press(letter) }
      try await tab.until("document.querySelectorAll('[role=option]').length === 1")
      try await tab.press("Escape")
      try await tab.press("?")
      try await tab.until("document.querySelector('dialog[open]')")
      try await tab.press("Escape")
      try await tab.until("!document.querySelector('dialog')")
    }
  }

  @Test func `C cancels, and a stream that broke is taken up again before that`() async throws {
    try await show(.hanging) { tab, server in
      try await tab.press("Enter")
      try await tab.until("document.querySelector('.phase[data-state=now]')")
      server.cutConnections()
      try await tab.until("document.querySelector('.panel-status').innerText.includes('connection broke')")
      try await tab.until("!document.querySelector('.panel-status').innerText.includes('connection broke')")
      try await tab.press("c")
      try await tab.until("document.querySelector('.subtitle').innerText.startsWith('Cancelled')")
      #expect(server.server.application.jobs.depth.running == 0)
    }
  }

  @Test func `a full queue counts down, and what is no image is told in plain words`() async throws {
    let full = TestServer.Setting(answer: { _ in .hangs }, change: { $0.limits.queuedJobs = 0 })
    try await show(full) { tab, server in
      let question = "{\"filename\": \"a b.png\"}"
      let posted = try await server.post("/api/analyze", json: question, ["Prefer": "respond-async"])
      #expect(posted.status == 202)
      try await tab.press("Enter")
      try await tab.until("document.querySelector('.countdown')?.innerText.startsWith('Trying again in')")
      #expect(try await tab.text(".trouble h3") == "The queue is full")
      _ = try await server.send("DELETE", "/api/jobs/\(posted.member("job_id"))", [:], [])
      try await tab.press("ArrowRight")
      try await tab.until("document.querySelector('.panel h2').innerText === 'broken.jpg'")
      try await tab.press("Enter")
      try await tab.until("document.querySelector('.trouble h3')?.innerText === 'This image cannot be read'")
    }
  }

  @Test func `a pasted picture is uploaded, shown and deleted`() async throws {
    try await show { tab, _ in
      _ = try await tab.value(
        """
        fetch("/images/a%20b.png").then((answer) => answer.blob()).then((blob) => {
          const data = new DataTransfer();
          data.items.add(new File([blob], "John Smith.png", { type: "image/png" }));
          dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        })
        """)
      try await tab.until("document.querySelectorAll('[role=option]').length === 3")
      try await tab.until(
        "[...document.querySelectorAll('button')].some((button) => button.innerText === 'Delete upload')")
      #expect(try await !tab.text(".panel").contains("Smith"))
      _ = try await tab.value(
        "[...document.querySelectorAll('button')].find((button) => button.innerText === 'Delete upload').click()")
      try await tab.until("document.querySelectorAll('[role=option]').length === 2")
    }
  }

  @Test(arguments: [false, true])
  func `the theme is the one that the person prefers, and D changes it`(dark: Bool) async throws {
    try await show(dark: dark) { tab, _ in
      // The sum of red, green and blue.
      let light = """
        getComputedStyle(document.querySelector('.panel')).backgroundColor.match(/\\d+/g).slice(0, 3)
          .reduce((sum, part) => sum + Number(part), 0) > 384
        """
      #expect(try await tab.value(light) == String(!dark))
      try await tab.press("d")
      #expect(try await tab.value(light) == String(dark))
    }
  }
}
