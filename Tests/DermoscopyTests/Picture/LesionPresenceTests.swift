import Dermoscopy
import TestModels
import Testing
import VisionLanguage

/// Pictures made here; `Interop/test_no_lesion.py` has real ones, and the false alarms on public sets.
@Suite struct LesionPresenceTests {
  private static let side = 224

  private static func picture(_ color: (_ x: Int, _ y: Int) -> [Int]) throws -> PixelImage {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(side * side * 3)
    for y in 0..<side {
      for x in 0..<side { for sample in color(x, y) { pixels.append(UInt8(clamping: sample)) } }
    }
    return try PixelImage(width: side, height: side, pixels: pixels)
  }

  /// A number from 0 to 1 that belongs to a place.
  private static func noise(_ x: Int, _ y: Int, _ salt: Int) -> Double {
    let place = x &* 73_856_093 ^ y &* 19_349_663 ^ salt &* 83_492_791
    var bits = UInt64(bitPattern: Int64(place)) &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((bits ^ (bits >> 31)) >> 11) / Double(1 << 53)
  }

  /// Skin with a soft brown spot in its middle, a little uneven as everything that a camera sees.
  private static func lesion() throws -> PixelImage {
    try picture { x, y in
      let (dx, dy) = (Double(x - 112), Double(y - 112))
      let depth = max(0, 1 - (dx * dx + 1.4 * dy * dy) / 4900)
      let shade = 12 * (noise(x / 9, y / 9, 1) - 0.5) + 6 * (noise(x, y, 2) - 0.5)
      return [215 - 90 * depth + shade, 160 - 85 * depth + shade, 140 - 80 * depth + shade].map { Int($0) }
    }
  }

  private static func inEllipse(_ x: Int, _ y: Int, _ cx: Int, _ cy: Int, _ rx: Int, _ ry: Int) -> Bool {
    let (dx, dy) = (Double(x - cx) / Double(rx), Double(y - cy) / Double(ry))
    return dx * dx + dy * dy <= 1
  }

  /// A drawn face: hair, skin, eyes with pupils, a nose and a mouth.
  private static func face(background: [Int], skin: [Int]) throws -> PixelImage {
    try picture { x, y in
      for eye in [82, 142] {
        if inEllipse(x, y, eye, 95, 5, 5) { return [50, 80, 120] }
        if inEllipse(x, y, eye, 95, 13, 8) { return [255, 255, 255] }
      }
      if inEllipse(x, y, 112, 160, 28, 8) { return [170, 50, 60] }
      if inEllipse(x, y, 112, 125, 7, 16) { return skin.map { $0 * 85 / 100 } }
      if inEllipse(x, y, 112, 115, 70, 90) { return skin }
      if inEllipse(x, y, 112, 90, 84, 84) { return [60, 40, 20] }
      return background
    }
  }

  /// Lines of small dark signs on paper.
  private static func text(paper: [Int]) throws -> PixelImage {
    try picture { x, y in
      let isLine = y % 7 < 4 && x > 8 && x < 216 && y > 8 && y < 216
      return isLine && noise(x / 2, y, 7) < 0.45 ? [20, 20, 20] : paper
    }
  }

  private static func objections(_ image: PixelImage) -> [[LesionPresence.Reason]] {
    let seeds = ImagePreparation.resize(width: side, height: side, contrast: 1.4)
    return [ImagePreparation.native, seeds].map { LesionPresence.objections(to: image, preparedAs: $0) }
  }

  @Test(arguments: [[0, 0, 0], [255, 255, 255], [128, 128, 128], [220, 170, 140], [30, 60, 200]])
  func `a picture of one color has no lesion`(color: [Int]) throws {
    for reasons in Self.objections(try Self.picture { _, _ in color }) { #expect(reasons.contains(.blank)) }
  }

  @Test(arguments: [0.0, 25, 128]) func `noise has no lesion, colored, grey or faint`(middle: Double) throws {
    let image = try Self.picture { x, y in
      (0..<3).map { middle == 0 ? Int(256 * Self.noise(x, y, $0)) : Int(middle + 60 * Self.noise(x, y, 9)) }
    }
    for reasons in Self.objections(image) { #expect(reasons.contains(.noise), "\(reasons)") }
  }

  @Test(arguments: [[255, 255, 255], [250, 240, 220]]) func `a page of text has no lesion`(paper: [Int]) throws {
    for reasons in Self.objections(try Self.text(paper: paper)) {
      #expect(reasons.contains(.fineDetail) || reasons.contains(.noise), "\(reasons)")
    }
  }

  @Test(arguments: [
    ([255, 255, 255], [245, 205, 170]), ([120, 170, 230], [224, 172, 125]), ([40, 40, 45], [141, 85, 36]),
    ([240, 220, 180], [255, 220, 177]),
  ])
  func `a drawn face has no lesion`(background: [Int], skin: [Int]) throws {
    for reasons in Self.objections(try Self.face(background: background, skin: skin)) { #expect(!reasons.isEmpty) }
  }

  @Test func `a grey picture and a green one are no skin under a dermatoscope`() throws {
    let lesion = try Self.lesion()
    func changed(_ change: ([Int]) -> [Int]) throws -> PixelImage {
      try Self.picture { x, y in
        let at = (y * Self.side + x) * 3
        return change(lesion.pixels[at..<at + 3].map(Int.init))
      }
    }
    let grey = Self.objections(try changed { [$0[1], $0[1], $0[1]] })
    #expect(grey.allSatisfy { $0 == [.colorless] }, "\(grey)")
    let green = Self.objections(try changed { [$0[1], $0[0], $0[2]] })
    #expect(green.allSatisfy { $0 == [.green] }, "\(green)")
  }

  @Test func `a soft brown spot on skin passes, and a picture too small to tell`() throws {
    #expect(Self.objections(try Self.lesion()).allSatisfy(\.isEmpty))
    let small = try PixelImage(width: 31, height: 200, pixels: [UInt8](repeating: 0, count: 31 * 200 * 3))
    #expect(LesionPresence.objections(to: small, preparedAs: .native).isEmpty)
  }

  @Test func `the flag stands in the report, in words too, and changes no answer`() async throws {
    let readingProtocol = try ReadingProtocol.builtin(named: "seed")
    func report(_ image: PixelImage) async throws -> ExaminationReport {
      try await Examiner(model: ScriptedModel(), readingProtocol: readingProtocol)
        .examine(image, subject: ExaminationFixture.subject, seed: 1, log: ExaminationLog())
    }
    let (blank, seen) = (try await report(Self.picture { _, _ in [9, 9, 9] }), try await report(Self.lesion()))
    #expect(blank.flags == [.noLesion] && seen.flags.isEmpty)
    #expect(blank.text.contains("The picture does not look like a lesion under a dermatoscope (no_lesion)"))
    #expect(blank.observations == seen.observations && blank.diagnosis == seen.diagnosis)
    #expect(QualityFlag(rawValue: "no_lesion") == .noLesion)
  }
}
