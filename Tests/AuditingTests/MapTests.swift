import Dermoscopy
import Digests
import Imaging
import Perturbations
import TestModels
import Testing
import VisionLanguage

@testable import Auditing

/// Where an answer hangs, of models of which it is known.
@Suite(.timeLimit(.minutes(5))) struct MapTests {
  /// What the corner reader says of the first picture: a melanoma's colour noted, and no known colour noted.
  private static let (seen, blind) = (0.870049, 0.236888)

  private func map(_ kind: MapKind, of fault: PlantedModels.Fault) async throws -> (map: AnswerMap, encodes: Int) {
    let fixture = try AuditFixture(1)
    defer { fixture.remove() }
    let model = try PlantedModels.model(fault)
    let image = try ImageDecoder.decode(fileAt: fixture.folder + "/images/lesion-100.png")
    let question = MapQuestion(model, readingProtocol: try .builtin(named: "seed"), seed: 0)
    return (try await question.map(kind, of: image, name: "lesion-100.png"), model.encodes)
  }

  @Test(arguments: MapKind.allCases)
  func `of a model that reads the corner, the corner lights and nothing else, and the map passes`(_ kind: MapKind)
    async throws
  {
    let (map, encodes) = try await map(kind, of: .readsCorner)
    #expect(map.code == .melanoma && map.probability == Self.seen)
    #expect(abs(map.changes[0] - (Self.blind - Self.seen)) < 1e-9)
    #expect(map.changes.dropFirst() == [Double](repeating: 0, count: 15)[...])
    // Away with the first block, in the map's order; with the thirteenth, from the centre outwards.
    let mean = (Self.seen + Self.blind) / 2
    #expect(abs(map.deletion.own.area - (mean / 16 + Self.blind * 15 / 16)) < 1e-9)
    #expect(abs(map.deletion.centre.area - (Self.seen * 12 / 16 + mean * 4 / 16)) < 1e-9)
    #expect(map.deletion.passed && map.isDrawn)
    // Each set of blocks is asked about once, and of the tokens only the whole picture is encoded.
    #expect(map.views <= 34 && map.views >= 30)
    #expect(encodes == (kind == .tokens ? 1 : map.views) && map.counts.imageEncodes == encodes)
    #expect(map.prompts % map.views == 0)
  }

  @Test(arguments: MapKind.allCases)
  func `of a model that ignores the image nothing lights, and the map does not pass`(_ kind: MapKind) async throws {
    let (map, _) = try await map(kind, of: .ignoresImage)
    #expect(map.changes.allSatisfy { $0 == 0 })
    #expect(map.deletion.own.area == map.deletion.centre.area && !map.deletion.passed && map.isFlat && !map.isDrawn)
  }

  @Test func `a model whose tokens cannot be blanked has no token map, and that is said`() async throws {
    let fixture = try AuditFixture(1)
    defer { fixture.remove() }
    let image = try ImageDecoder.decode(fileAt: fixture.folder + "/images/lesion-100.png")
    let question = MapQuestion(ScriptedModel(), readingProtocol: try .builtin(named: "seed"), seed: 0)
    let fault = await #expect(throws: QuestionFault.self) { try await question.map(.tokens, of: image, name: "x") }
    #expect(fault?.reason == "no_token_map")
    #expect(fault?.description.contains("behind an endpoint") == true)
    // What is covered is covered for any model.
    #expect(try await question.map(.occlusion, of: image, name: "x").changes.count == 16)
  }

  @Test func `steps, orders and areas are what they are said to be`() {
    #expect(DeletionTest.steps(of: 16) == [0, 1, 2, 4, 8, 12, 16])
    #expect(DeletionTest.order(of: [0, -0.5, 0.25, -0.5]) == [1, 3, 0, 2])
    #expect(DeletionTest.fromCentre(perSide: 4) == [5, 6, 9, 10, 1, 2, 4, 7, 8, 11, 13, 14, 0, 3, 12, 15])
    #expect(DeletionTest.Curve([1, 0.5, 0], steps: [0, 1, 4]).area == 0.75 / 4 + 0.25 * 3 / 4)
    let digest = SHA256Digest(of: [1])
    let first = DeletionTest.shuffled(16, number: 0, of: digest)
    #expect(first.sorted() == Array(0..<16) && first == DeletionTest.shuffled(16, number: 0, of: digest))
    #expect(first != DeletionTest.shuffled(16, number: 1, of: digest))
  }

  @Test func `the blocks of a grid have each token once`() {
    let grid = ImageTokenGrid(columns: 16, rows: 16)
    #expect(grid.tokens(ofBlock: 0, perSide: 4) == [0, 1, 2, 3, 16, 17, 18, 19, 32, 33, 34, 35, 48, 49, 50, 51])
    #expect((0..<16).flatMap { grid.tokens(ofBlock: $0, perSide: 4) }.sorted() == Array(0..<256))
    // One that does not divide evenly leaves none out either.
    let odd = ImageTokenGrid(columns: 7, rows: 5)
    #expect((0..<16).flatMap { odd.tokens(ofBlock: $0, perSide: 4) }.sorted() == Array(0..<35))
  }

  @Test func `a covered block has the picture's mean colour, and no other pixel changes`() throws {
    let image = try PixelImage(width: 5, height: 4, pixels: (0..<60).map { UInt8($0) })
    let covered = try Occlusion.covered(image, [3], perSide: 2)
    // Rows 2 and 3, columns 2 to 4; the means of 0, 3, … 57 and so on, rounded.
    for place in 0..<20 {
      let isInside = place / 5 >= 2 && place % 5 >= 2
      let pixel = Array(covered.pixels[place * 3..<place * 3 + 3])
      #expect(pixel == (isInside ? [29, 30, 31] : (0..<3).map { UInt8(place * 3 + $0) }))
    }
  }
}
