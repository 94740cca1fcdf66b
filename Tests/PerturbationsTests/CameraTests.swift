import Imaging
import Testing
import VisionLanguage

@testable import Perturbations

@Suite struct CameraTests {
  let square = WorkingSize(shortSide: 224, grid: 224)

  func subject(_ image: PixelImage, _ size: WorkingSize = .standard) throws -> PerturbationSubject {
    try PerturbationSubject(original: image, size: size)
  }

  @Test func `the control is the original at a short side of 450`() throws {
    let control = try subject(try lesion()).control
    #expect(control.width == 600)
    #expect(control.height == 450)
    let same = try lesion(600, 450)
    #expect(try subject(same).control == same)
    #expect(throws: PerturbationFault.tooNarrow(width: 4_000, height: 100)) {
      try subject(try flat(4_000, 100, [1, 2, 3]))
    }
  }

  @Test func `Gaussian noise has its dose on the grid that the model sees`() throws {
    let grey = try flat(600, 450, [128, 128, 128])
    let noisy = try subject(grey).changed(by: .gaussianNoise(deviation: 0.08))
    let seen = try ImagePreparer.prepare(noisy, as: .resize(width: 224, height: 224, contrast: 1), nativeSide: 224)
    let (mean, deviation) = moments(seen.pixels.map(Double.init))
    #expect(abs(mean - 128) < 0.4)
    // 0.08 of 255 is 20.4; of what is even in each cell Lanczos keeps 0.79. Drawn pixel by pixel 0.38 would be left.
    #expect(abs(deviation - 16.1) < 0.4)
    let exact = try subject(try flat(224, 224, [128, 128, 128]), square).changed(by: .gaussianNoise(deviation: 0.08))
    #expect(abs(moments(exact.pixels.map(Double.init)).deviation - 20.4) < 0.2)
  }

  @Test func `speckle, impulse and shot noise have their distributions`() throws {
    let picture = try subject(try flat(224, 224, [100, 100, 100]), square)
    let speckle = try picture.changed(by: .speckleNoise(deviation: 0.15)).pixels.map(Double.init)
    #expect(abs(moments(speckle).mean - 100) < 0.2)
    #expect(abs(moments(speckle).deviation - 15) < 0.2)
    let impulse = try picture.changed(by: .impulseNoise(share: 0.06)).pixels
    let (black, white) = (impulse.count { $0 == 0 }, impulse.count { $0 == 255 })
    #expect(abs(Double(black) / Double(impulse.count) - 0.03) < 0.002)
    #expect(abs(Double(white) / Double(impulse.count) - 0.03) < 0.002)
    #expect(impulse.allSatisfy { [0, 100, 255].contains($0) })
    let shot = try picture.changed(by: .shotNoise(photons: 18)).pixels.map(Double.init)
    // 100 / 255 · 18 photons on average: the deviation is the root of their count, in levels.
    #expect(abs(moments(shot).mean - 100) < 0.4)
    #expect(abs(moments(shot).deviation - (100.0 / 255 * 18).squareRoot() / 18 * 255) < 0.5)
  }

  @Test func `a stronger dose has the same noise, only more of it`() throws {
    let picture = try subject(try flat(64, 64, [128, 128, 128]), WorkingSize(shortSide: 64, grid: 64))
    let weak = try picture.changed(by: .gaussianNoise(deviation: 0.02)).pixels
    let strong = try picture.changed(by: .gaussianNoise(deviation: 0.04)).pixels
    for (a, b) in zip(weak, strong) { #expect(abs((Int(b) - 128) - 2 * (Int(a) - 128)) <= 2) }
  }

  @Test func `pixelating averages boxes`() throws {
    var pixels: [UInt8] = []
    for y in 0..<64 { for x in 0..<64 { pixels += [UInt8(4 * x), UInt8(4 * y), 7] } }
    let ramp = try PixelImage(width: 64, height: 64, pixels: pixels)
    let coarse = try subject(ramp, WorkingSize(shortSide: 64, grid: 64)).changed(by: .pixelate(scale: 0.25))
    // Columns 0 to 3 are 0, 4, 8, 12.
    #expect(coarse.pixel(0, 0) == [6, 6, 7])
    #expect(coarse.pixel(3, 3) == [6, 6, 7])
    #expect(coarse.pixel(4, 63) == [22, 246, 7])
  }

  @Test func `brightness, contrast and white balance give exact levels`() throws {
    let picture = try subject(try flat(64, 64, [100, 200, 30]), WorkingSize(shortSide: 64, grid: 64))
    #expect(try picture.changed(by: .brightness(factor: 1.3)).pixel(5, 5) == [130, 255, 39])
    #expect(try picture.changed(by: .brightness(factor: 0.5)).pixel(5, 5) == [50, 100, 15])
    #expect(try picture.changed(by: .whiteBalance(red: 1.25, blue: 0.8)).pixel(5, 5) == [125, 200, 24])
    // Each pixel's own grey is 151: 151 + 0.4 (v − 151), decimals cut off; 0 is grey.
    #expect(try picture.changed(by: .saturation(factor: 0.4)).pixel(5, 5) == [130, 170, 102])
    #expect(try picture.changed(by: .saturation(factor: 0)).pixel(5, 5) == [151, 151, 151])
    // The mean grey of the colour is 151 (BT.601): 151 + 0.4 (v − 151), decimals cut off.
    #expect(try picture.changed(by: .contrast(factor: 0.4)).pixel(5, 5) == [130, 170, 102])
  }

  @Test func `shades of grey makes a tinted grey grey`() throws {
    let picture = try subject(try flat(64, 64, [180, 120, 60]), WorkingSize(shortSide: 64, grid: 64))
    // The root of the mean of 180², 120² and 60².
    #expect(try picture.changed(by: .shadesOfGrey).pixel(1, 1) == [130, 130, 130])
  }

  @Test func `black corners hide the same share of any picture`() throws {
    func hidden(_ width: Int, _ height: Int, _ radius: Double) throws -> Double {
      let image = try flat(width, height, [200, 150, 120])
      let changed = try PerturbationSubject(
        original: image, size: WorkingSize(shortSide: height, grid: 224)
      ).changed(by: .blackCorners(radius: radius))
      return Double(changed.pixels.count { $0 == 0 }) / Double(changed.pixels.count)
    }
    for (radius, share) in [(1.1, 0.11), (1.0, 0.215), (0.9, 0.364)] {
      #expect(abs(try hidden(224, 224, radius) - share) < 0.02)
      #expect(abs(try hidden(600, 450, radius) - share) < 0.02)
    }
  }

  @Test func `blur keeps an even picture even and spreads a point over its disc`() throws {
    let even = try subject(try flat(100, 80, [120, 90, 60]))
    for change in [
      PictureChange.defocusBlur(radius: 6, smoothing: 0.3), .motionBlur(radius: 15, deviation: 8, angle: nil),
      .zoomBlur(end: 1.2, step: 0.02),
    ] {
      let pixels = try even.changed(by: change).pixels
      #expect(zip(pixels, even.control.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }
    var pixels = [UInt8](repeating: 0, count: 64 * 64 * 3)
    pixels[(32 * 64 + 32) * 3] = 255
    let point = try subject(
      try PixelImage(width: 64, height: 64, pixels: pixels), WorkingSize(shortSide: 64, grid: 64))
    // 13 pixels have their centre within 2 of a pixel's.
    let disc = try point.changed(by: .defocusBlur(radius: 2, smoothing: 0))
    #expect(disc.pixels.count { $0 == 20 } == 13)
    #expect(disc.pixels.count { $0 > 0 } == 13)
    let trail = try point.changed(by: .motionBlur(radius: 1, deviation: 1, angle: 0))
    // exp(0), exp(−½), exp(−2) of their sum, to the left of the point.
    #expect([trail.pixel(32, 32)[0], trail.pixel(31, 32)[0], trail.pixel(30, 32)[0]] == [146, 89, 20])
  }

  @Test func `turns and mirrors move pixels and change none`() throws {
    let image = try lesion(64, 64, radius: 11)
    let picture = try subject(image, WorkingSize(shortSide: 64, grid: 64))
    let half = try picture.changed(by: .turned(.half))
    #expect(half.pixel(0, 0) == image.pixel(63, 63))
    #expect(try picture.changed(by: .turned(.leftRight)).pixel(0, 9) == image.pixel(63, 9))
    #expect(try picture.changed(by: .turned(.topBottom)).pixel(9, 0) == image.pixel(9, 63))
    #expect(
      try PerturbationSubject(original: half, size: WorkingSize(shortSide: 64, grid: 64))
        .changed(by: .turned(.half)) == image)
  }

  @Test func `every change has the same bytes alone and in company`() async throws {
    let image = try lesion()
    let subject = try subject(image)
    let changes: [PictureChange] = [
      .jpeg(quality: 10), .gaussianNoise(deviation: 0.1), .shotNoise(photons: 10), .impulseNoise(share: 0.1),
      .motionBlur(radius: 10, deviation: 5, angle: nil), .hairs(count: 8, place: .skin), .lesionErased, .noiseCard,
      .shuffledTiles(perSide: 8), .bubbles(count: 5), .ink(marks: 3), .printedWord(.same("nevus"), height: 0.06),
    ]
    let alone = try changes.map { try subject.changed(by: $0, seed: 3).digest }
    let together = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
      for (index, change) in changes.enumerated() {
        group.addTask {
          (index, try PerturbationSubject(original: image).changed(by: change, seed: 3).digest.bytes)
        }
      }
      return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
    }
    for index in changes.indices { #expect(together[index] == alone[index].bytes, "\(changes[index])") }
    #expect(Set(alone).count == changes.count)
    #expect(try subject.changed(by: .noiseCard, seed: 4).digest != alone[7])
  }
}
