import Foundation
import Testing

@testable import Web

@Suite struct PageAssetTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Sources/Web/Page").standardizedFileURL

  @Test func `every file of the page's folder is served, as it lies there`() throws {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: Self.folder.path) where name.contains(".") {
      files[name == "index.html" ? "/" : "/" + name] = Array(
        try Data(contentsOf: Self.folder.appendingPathComponent(name)))
    }
    #expect(files.count > 40)
    #expect(Dictionary(PageAsset.all.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first }) == files)
    #expect(PageAsset.all.count == files.count)
  }

  @Test func `each kind of file has its type`() {
    let types = Dictionary(PageAsset.all.map { ($0.path, $0.type) }, uniquingKeysWith: { first, _ in first })
    #expect(types["/"] == "text/html; charset=utf-8")
    #expect(types["/icon.svg"] == "image/svg+xml")
    #expect(types["/style/base.css"] == "text/css; charset=utf-8")
    #expect(types["/script/main.js"] == "text/javascript; charset=utf-8")
  }
}
