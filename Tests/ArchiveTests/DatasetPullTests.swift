import Datasets
import Foundation
import Synchronization
import Testing
import Transfer

@testable import Archive

@Suite(.timeLimit(.minutes(5))) struct DatasetPullTests {
  private func text(_ pull: DatasetPull, _ name: String) throws -> String {
    try String(contentsOfFile: pull.folder + "/" + name, encoding: .utf8)
  }

  @Test func `a collection comes page by page, with labels in the seed's format and its licences beside it`()
    async throws
  {
    let pull = try await MockArchive.pull()
    let outcome = try await pull.run(.collection(65, limit: nil))
    #expect(outcome.images == 6 && outcome.fetched == 6 && outcome.missing.isEmpty)
    #expect(outcome.unlabelled == ["ISIC_1000006"])
    #expect(
      try text(pull, "labels.csv") == """
        Image,Dx, Lesion attributes
        ISIC_1000001,nv,
        ISIC_1000002,mel,
        ISIC_1000003,bcc,
        ISIC_1000004,bkl,
        ISIC_1000005,nv,

        """)
    #expect(try Labels(path: pull.folder + "/labels.csv").label(ofImageNamed: "ISIC_1000003.jpg")?.code == "BCC")
    let credits = try text(pull, "ATTRIBUTION.csv").split(separator: "\n")
    #expect(credits.count == 7)
    #expect(credits[1].hasPrefix("ISIC_1000001,CC-BY-NC,\"A clinic, of one town\",http://"))
    let license = try text(pull, "LICENSE.txt")
    #expect(license.contains("CC-0: 5 images, by\n  A clinic, of one town"))
    #expect(license.contains("CC-BY-NC: 1 image, by\n"))
    #expect(try ImageFiles.at(pull.folder + "/images").count == 6)
  }

  @Test func `pages that lead in a circle are refused, and nothing is taken for the whole of them`() async throws {
    let pull = try await MockArchive.pull()
    await #expect {
      try await pull.run(.collection(66, limit: nil))
    } throws: { error in
      "\(error)".contains("nothing that earlier pages of the list do not have")
    }
    #expect(try await pull.run(.collection(66, limit: 6)).images == 6)
  }

  @Test func `a limit is a limit`() async throws {
    let pull = try await MockArchive.pull()
    #expect(try await pull.run(.collection(65, limit: 5)).images == 5)
  }

  @Test func `what is there is not asked for again, and what is missing is`() async throws {
    let pull = try await MockArchive.pull()
    let choice = ImageChoice.identifiers(["ISIC_2000001", "ISIC_2000002"])
    _ = try await pull.run(choice)
    try FileManager.default.removeItem(atPath: pull.folder + "/images/ISIC_2000002.jpg")
    let before = try await MockArchive.log().filter { $0.path.contains("ISIC_200000") }.count
    #expect(before == 4)
    #expect(try await pull.run(choice) == .init(images: 2, fetched: 1))
    #expect(
      try await MockArchive.log().filter { $0.path.contains("ISIC_200000") }.dropFirst(4).map(\.path)
        == ["/files/ISIC_2000002.jpg"])
  }

  @Test func `an image that is missing, strange or no picture fails alone`() async throws {
    var pull = try await MockArchive.pull()
    let warnings = Mutex<[String]>([])
    let heard: @Sendable (String) -> Void = { text in warnings.withLock { $0.append(text) } }
    pull.warning = heard
    let outcome = try await pull.run(
      .identifiers(["ISIC_9000001", "ISIC_3000001", "ISIC_7000001", "ISIC_6000001", "ISIC_5000002"]))
    #expect(outcome.images == 1)
    #expect(outcome.missing == ["ISIC_9000001", "ISIC_7000001", "ISIC_6000001", "ISIC_5000002"])
    let said = warnings.withLock { $0.sorted() }
    #expect(said.count == 4)
    #expect(said[0].contains("606 bytes came where 100000 were announced"))
    #expect(said[1].contains("\"isic_id\" is missing"))
    #expect(said[2].contains("neither a JPEG nor a PNG picture"))
    #expect(said[3].contains("answered 404"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: pull.folder + "/images") == ["ISIC_3000001.jpg"])
  }

  @Test func `an archive that has trouble is asked again`() async throws {
    let pull = try await MockArchive.pull()
    #expect(try await pull.run(.identifiers(["ISIC_8000001"])).fetched == 1)
  }

  @Test func `labels of one's own go before the archive's`() async throws {
    var pull = try await MockArchive.pull()
    let own = "Image,Dx, Lesion attributes\nISIC_4000001,mel,\"streaks, veil\"\n"
    pull.labels = try Labels(bytes: Array(own.utf8), name: "own.csv")
    _ = try await pull.run(.identifiers(["ISIC_4000001", "ISIC_4000003"]))
    #expect(
      try text(pull, "labels.csv") == own + "ISIC_4000003,bcc,\n")
  }

  @Test func `requests keep their distance, whoever makes them`() async throws {
    let pull = try await MockArchive.pull(rate: 20)
    _ = try await pull.run(.identifiers(["ISIC_2100001", "ISIC_2100002", "ISIC_2100003"]))
    let times = try await MockArchive.log().filter { $0.path.contains("ISIC_210000") }.map(\.time)
    // Six requests, five distances of 50 ms: a busy machine makes them longer, never shorter.
    #expect(times.count == 6)
    #expect((times.max() ?? 0) - (times.min() ?? 0) > 0.2)
  }

  @Test func `an archive out of reach is a fault, not 99 missing images`() async throws {
    var pull = try await MockArchive.pull()
    pull.client.endpoint = "http://127.0.0.1:1"
    pull.client.http.retries.attempts = 2
    let alone = pull
    await #expect(throws: TransferFault.self) { try await alone.run(.seed99) }
    await #expect(throws: ArchiveFault.emptyCollection(404)) {
      try await MockArchive.pull().run(.collection(404, limit: nil))
    }
  }
}
