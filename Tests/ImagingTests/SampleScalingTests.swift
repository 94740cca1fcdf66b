import Imaging
import TestImages
import Testing

/// Cameras of 10, 12 and 14 bits write their numbers into 16 as they are.
@Suite struct SampleScalingTests {
  private typealias Make = HandmadeImages

  /// The usual picture's samples in so many bits, two bytes each.
  private func samples(bits: Int, bigEndian: Bool = false, largest: Int? = nil) -> [UInt8] {
    let white = largest ?? (1 << bits - 1)
    return Make.pixels.flatMap { sample in
      let value = (Int(sample) * white + 127) / 255
      return bigEndian ? Make.bigEndian(value, 2) : Make.littleEndian(value, 2)
    }
  }

  private func tiff(_ data: [UInt8], _ changes: [Int: HandmadeImages.Field?] = [:]) -> [UInt8] {
    Make.tiff([258: .short(16, 16, 16)].merging(changes) { $1 }, data: data)
  }

  private func png(_ data: [UInt8], sBIT: UInt8? = nil) -> [UInt8] {
    let rows = stride(from: 0, to: data.count, by: 144).map { Array(data[$0..<($0 + 144)]) }
    return Make.png(depth: 16, rows: rows, chunks: sBIT.map { [Make.chunk("sBIT", [$0, $0, $0])] } ?? [])
  }

  private func worst(_ pixels: [UInt8], _ expected: [UInt8]) -> Int {
    guard pixels.count == expected.count else { return .max }
    return zip(pixels, expected).map { abs(Int($0) - Int($1)) }.max() ?? .max
  }

  @Test(arguments: [8, 10, 12, 14]) func `a picture of fewer bits looks as its 8-bit twin, and a note says why`(
    bits: Int
  ) throws {
    for file in [tiff(samples(bits: bits)), png(samples(bits: bits, bigEndian: true))] {
      let decoded = try ImageDecoder.decode(file, name: "camera")
      // The brightest sample, 230 of 255, uses the top bit.
      #expect(worst(decoded.image.pixels, Make.pixels) <= 1)
      let largest = (230 * (1 << bits - 1) + 127) / 255
      let text = largest < 1_000 ? "\(largest)" : "\(largest / 1_000),\(String(1_000 + largest % 1_000).dropFirst())"
      #expect(decoded.notes == ["16-bit samples scaled from \(bits) bits: none is above \(text) of 65,535"])
    }
  }

  @Test func `the file's own word goes before what its samples look like`() throws {
    // 10,000 is white, as in files of reflectance.
    let reflectance = tiff(
      samples(bits: 16, largest: 10_000), [340: .short(0, 0, 0), 341: .short(10_000, 10_000, 10_000)])
    let decoded = try ImageDecoder.decode(reflectance, name: "a")
    #expect(worst(decoded.image.pixels, Make.pixels) <= 1)
    #expect(decoded.notes == ["16-bit samples scaled: the file gives 10,000 as their largest value"])
    // A dark picture of 12 bits: its samples alone would say 10.
    let dark = samples(bits: 12, largest: 1_000)
    let expected = Make.pixels.map { UInt8((Int($0) * 1_000 / 255) * 255 / 4_095) }
    for file in [tiff(dark, [281: .short(4_095, 4_095, 4_095)]), png(bigEndian(dark), sBIT: 12)] {
      let decoded = try ImageDecoder.decode(file, name: "a")
      #expect(worst(decoded.image.pixels, expected) <= 1)
      #expect(decoded.notes == ["16-bit samples scaled: according to the file, only 12 bits are used"])
    }
    // A word that the samples contradict does not count.
    let wrong = try ImageDecoder.decode(tiff(samples(bits: 12), [341: .short(100, 100, 100)]), name: "a")
    #expect(worst(wrong.image.pixels, Make.pixels) <= 1)
  }

  private func bigEndian(_ bytes: [UInt8]) -> [UInt8] {
    stride(from: 0, to: bytes.count, by: 2).flatMap { [bytes[$0 + 1], bytes[$0]] }
  }

  @Test func `grey and transparent pictures of fewer bits are scaled too`() throws {
    let grey = (0..<16).flatMap { y in (0..<24).map { x in UInt8(x * 10 + y) } }
    let twelve = grey.flatMap { Make.littleEndian(Int($0) << 4 | Int($0) >> 4, 2) }
    let expected = grey.flatMap { [$0, $0, $0] }
    for (photometric, data) in [
      (1, twelve), (0, grey.flatMap { Make.littleEndian(4_095 - (Int($0) << 4 | Int($0) >> 4), 2) }),
    ] {
      let file = Make.tiff([258: .short(16), 262: .short(photometric), 277: .short(1)], data: data)
      let decoded = try ImageDecoder.decode(file, name: "a")
      #expect(worst(decoded.image.pixels, expected) <= 1, "photometric \(photometric)")
      #expect(decoded.notes.count == 1)
    }
    // Opaque by its own 12 bits, and by all 16.
    for opaque in [4_095, 65_535] {
      let pixel = [200, 120, 80].flatMap { Make.bigEndian($0 << 4 | $0 >> 4, 2) } + Make.bigEndian(opaque, 2)
      let rows = (0..<16).map { _ in Make.repeated(pixel, 24) }
      let decoded = try ImageDecoder.decode(Make.png(depth: 16, colorType: 6, rows: rows), name: "a")
      #expect(worst(Array(decoded.image.pixels.prefix(3)), [200, 120, 80]) <= 1, "\(opaque)")
    }
  }

  @Test func `samples that use their upper bits stay as they are, and so does black`() throws {
    let full = try ImageDecoder.decode(tiff(samples(bits: 16)), name: "a")
    #expect(worst(full.image.pixels, Make.pixels) <= 1 && full.notes.isEmpty)
    let half = try ImageDecoder.decode(tiff(samples(bits: 15)), name: "a")
    #expect(half.notes.isEmpty && half.image.pixels.max() == 115)
    let black = try ImageDecoder.decode(tiff([UInt8](repeating: 0, count: 2_304)), name: "a")
    #expect(black.notes.isEmpty && black.image.pixels.max() == 0)
    #expect(try ImageDecoder.decode(Make.png(), name: "a").notes.isEmpty)
  }
}
