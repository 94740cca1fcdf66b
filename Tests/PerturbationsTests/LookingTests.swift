import Phantoms
import Testing
import VisionLanguage

@testable import Perturbations

@Suite struct LookingTests {
  @Test func `a disc is found`() throws {
    let subject = try PerturbationSubject(original: try lesion())
    let found = try subject.mask.get()
    #expect(found.source == .found)
    let truth = try LesionMask(
      width: 600, height: 450,
      inside: (0..<(600 * 450)).map { index in
        let (x, y) = (Double(index % 600) - 299.5, Double(index / 600) - 224.5)
        // 50 pixels of 225, and the margin of 5.
        return x * x + y * y <= 110 * 110
      }, source: .given)
    #expect(found.dice(with: truth) > 0.97)
  }

  @Test func `a picture without a lesion has no mask, and arms that need one say so`() throws {
    let subject = try PerturbationSubject(original: try flat(300, 225, [200, 160, 140]))
    #expect(throws: PerturbationFault.noMask(reason: "the picture has one colour")) { try subject.mask.get() }
    #expect(throws: PerturbationFault.noMask(reason: "the picture has one colour")) {
      try subject.changed(by: .lesionErased)
    }
    #expect(try subject.changed(by: .skinCard).pixel(7, 7) == [200, 160, 140])
  }

  @Test func `a given mask is read in HAM10000's layout, and one that does not fit is refused`() throws {
    let image = try lesion()
    var pixels = [UInt8](repeating: 0, count: 200 * 150 * 3)
    for y in 50..<100 { for x in 80..<120 { for c in 0..<3 { pixels[(y * 200 + x) * 3 + c] = 255 } } }
    let mask = try PixelImage(width: 200, height: 150, pixels: pixels)
    let given = try PerturbationSubject(original: image, mask: mask).mask.get()
    #expect(given.source == .given)
    #expect(given.box == PixelBox(left: 240, top: 150, right: 360, bottom: 300))
    #expect(abs(given.share - 2_000.0 / 30_000) < 1e-9)
    let failures: [(PixelImage, String)] = [
      (try flat(200, 150, [0, 0, 0]), "there is no mask of the lesion: it is empty"),
      (try flat(200, 150, [255, 255, 255]), "there is no mask of the lesion: it fills the picture"),
      (
        try flat(150, 150, [255, 0, 0]),
        "a mask of 150 × 150 pixels does not have the proportions of a picture of 600 × 450"
      ),
    ]
    for (mask, message) in failures {
      let subject = try PerturbationSubject(original: image, mask: mask)
      guard case .failure(let fault) = subject.mask else {
        Issue.record("a mask that cannot be used was used")
        continue
      }
      #expect(fault.description == message)
    }
  }

  @Test func `the erased lesion is gone: its place has the skin's colour and grain, and the rest its bytes`() throws {
    let subject = try PerturbationSubject(original: try lesion())
    let erased = try subject.changed(by: .lesionErased)
    let green = (200..<400).map { Double(erased.pixel($0, 225)[1]) }
    #expect(abs(moments(green).mean - 172) < 1.5)
    #expect(moments(green).deviation > 0.3)
    #expect(abs(Int(erased.pixel(300, 225)[0]) - 212) <= 3)
    #expect(erased.pixel(20, 20) == subject.control.pixel(20, 20))
  }

  @Test func `lesion only, silhouette and boxes show what they should`() throws {
    let subject = try PerturbationSubject(original: try lesion())
    let skin = try subject.changed(by: .skinCard).pixel(0, 0)
    let only = try subject.changed(by: .lesionOnly)
    #expect(only.pixel(0, 0) == skin)
    #expect(only.pixel(300, 225) == subject.control.pixel(300, 225))
    let outline = try subject.changed(by: .silhouette)
    #expect(outline.pixel(0, 0) == skin)
    #expect(outline.pixel(300, 225) == outline.pixel(320, 230))
    #expect(outline.pixel(300, 225)[0] == 110)
    let box = try subject.changed(by: .boxHidden(share: 0))
    #expect(box.pixel(300, 225) == skin)
    #expect(box.pixel(20, 20) == subject.control.pixel(20, 20))
    let large = try subject.changed(by: .boxHidden(share: 0.7))
    let hidden = (0..<(600 * 450)).count { large.pixel($0 % 600, $0 / 600) == skin }
    #expect(abs(Double(hidden) / Double(600 * 450) - 0.7) < 0.02)
    #expect(
      Cards.hidden(PixelBox(left: 0, top: 0, right: 10, bottom: 10), width: 100, height: 100, share: 0.49)
        == PixelBox(left: 0, top: 0, right: 70, bottom: 70))
  }

  @Test func `tiles are shuffled, none is lost`() throws {
    let image = try lesion(64, 64, radius: 13)
    let subject = try PerturbationSubject(original: image, size: WorkingSize(shortSide: 64, grid: 64))
    let shuffled = try subject.changed(by: .shuffledTiles(perSide: 8))
    func tiles(_ image: PixelImage) -> [[UInt8]] {
      var tiles: [[UInt8]] = Array(repeating: [], count: 64)
      for y in 0..<64 { for x in 0..<64 { tiles[y / 8 * 8 + x / 8] += image.pixel(x, y) } }
      return tiles
    }
    #expect(tiles(shuffled) != tiles(image))
    #expect(Set(tiles(shuffled)) == Set(tiles(image)))
  }

  @Test func `hairs spare the lesion or cross it, and a larger count adds to a smaller`() throws {
    let subject = try PerturbationSubject(original: try lesion())
    let inside = try subject.mask.get().inside
    func touched(_ change: PictureChange) throws -> Set<Int> {
      let painted = try subject.changed(by: change)
      return Set((0..<inside.count).filter { painted.pixels[$0 * 3] != subject.control.pixels[$0 * 3] })
    }
    let beside = try touched(.hairs(count: 16, place: .skin))
    #expect(beside.count > 1_000)
    #expect(beside.allSatisfy { !inside[$0] })
    let across = try touched(.hairs(count: 16, place: .lesion))
    #expect(across.count { inside[$0] } > 1_000)
    #expect(try touched(.hairs(count: 4, place: .lesion)).isSubset(of: across))
    for change in [PictureChange.bubbles(count: 4), .ruler(ticks: 20), .ink(marks: 4), .colorChart(patches: 3)] {
      #expect(try touched(change).count > 300, "\(change)")
    }
  }

  @Test func `words are printed at their height, fit or are refused`() throws {
    let subject = try PerturbationSubject(original: try flat(600, 450, [200, 160, 140]), code: "MEL")
    for height in [0.02, 0.04, 0.06, 0.08, 0.12] {
      let printed = try subject.changed(
        by: .printedWord(.byCode(["MEL": "nevus", "NV": "melanoma"]), height: height))
      let rows = (0..<450).filter { y in (0..<600).contains { printed.pixel($0, y) != [200, 160, 140] } }
      let tall = Double((rows.last ?? 0) - (rows.first ?? 0) + 1)
      // The letters and the rim around them.
      #expect(abs(tall - height * 450 * (1 + 2 * 0.8 / 6)) < 3)
      #expect(printed.pixels.contains { $0 >= 249 })
    }
    #expect(throws: PerturbationFault.noWord(code: "MEL")) {
      try subject.changed(by: .printedWord(.byCode(["NV": "melanoma"]), height: 0.1))
    }
    #expect(throws: PerturbationFault.wordDoesNotFit(word: "pneumonoultramicroscopic")) {
      try subject.changed(by: .printedWord(.same("pneumonoultramicroscopic"), height: 0.12))
    }
    for character in "abcdefghijklmnopqrstuvwxyz0123456789-.%:/" {
      #expect(StrokeFont.has(character) && !StrokeFont.lines(of: character).isEmpty)
    }
  }

  @Test func `structural similarity is 1 for equal pictures and falls with the dose`() throws {
    let subject = try PerturbationSubject(original: try lesion())
    #expect(StructuralSimilarity.mean(subject.control, subject.control).map { abs($0 - 1) < 1e-12 } == true)
    let values = try [0.02, 0.08, 0.26].compactMap { deviation in
      StructuralSimilarity.mean(subject.control, try subject.changed(by: .gaussianNoise(deviation: deviation)))
    }
    #expect(values == values.sorted(by: >) && values.count == 3)
    #expect(StructuralSimilarity.mean(subject.control, try flat(10, 10, [1, 1, 1])) == nil)
  }
}
