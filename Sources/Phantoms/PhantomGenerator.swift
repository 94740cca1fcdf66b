import VisionLanguage

/// Paints phantoms: phantom `i` of seed `s` depends on `s`, `i` and the size alone.
///
/// Each four phantoms in a row, from an index divisible by four, hold each code once, in an order of the seed's own. What
/// a phantom shows also hangs on the size, because colours are counted on the painted pixels; fine structures need about
/// 200 pixels on the short side to be seen.
public struct PhantomGenerator: Sendable {
  /// The sides that a phantom can have, in pixels; others are moved to the nearest of these.
  public static let sides = 32...4096

  /// How many scenes are tried for one whose colours are clear.
  private static let sketches = 8
  /// Pixels on a sketch's short side.
  private static let sketchSide: Float = 128

  private let seed: UInt64

  /// A generator of the phantoms of a seed; any seed will do.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// The phantom of an index, which may be any integer.
  ///
  /// - Parameters:
  ///   - index: which phantom; only nought and up are balanced in fours with their neighbours.
  ///   - width: pixels in a row, held to `sides`.
  ///   - height: rows, held to `sides`.
  public func phantom(_ index: Int, width: Int = 600, height: Int = 450) -> Phantom {
    let width = width.clamped(to: PhantomGenerator.sides)
    let height = height.clamped(to: PhantomGenerator.sides)
    let painting = painting(index, width: width, height: height)
    let truth = painting.truth
    return Phantom(image: picture(width, height, painting.photographed()), truth: truth)
  }

  /// The painted scene of a phantom, before the camera.
  func painting(_ index: Int, width: Int, height: Int) -> Painting {
    let number = UInt64(bitPattern: Int64(index))
    var choices = PhantomRandom(seed, number, 0)
    let plan = LesionPlan.drawn(for: code(of: index), &choices)
    let shrink = min(1, PhantomGenerator.sketchSide / Float(min(width, height)))
    // Small sketches first, until one has no colour that is neither here nor there; the last stands as it is.
    for attempt in 1..<PhantomGenerator.sketches {
      let random = PhantomRandom(seed, number, UInt64(attempt))
      let sketch = Painting(
        plan, width: max(1, Int(Float(width) * shrink)), height: max(1, Int(Float(height) * shrink)), random: random)
      if sketch.isClear { return Painting(plan, width: width, height: height, random: random) }
    }
    let random = PhantomRandom(seed, number, UInt64(PhantomGenerator.sketches))
    return Painting(plan, width: width, height: height, random: random)
  }

  /// The code of an index: each block of four holds all four.
  func code(of index: Int) -> Code {
    let number = UInt64(bitPattern: Int64(index))
    var random = PhantomRandom(seed, number / 4, 0xC0DE)
    var codes = Code.allCases
    random.shuffle(&codes)
    return codes[Int(number % 4)]
  }

  private func picture(_ width: Int, _ height: Int, _ bytes: [UInt8]) -> PixelImage {
    do {
      return try PixelImage(width: width, height: height, pixels: bytes)
    } catch {
      // The camera gives width × height × 3 bytes, always; tests hold it to that at every size.
      preconditionFailure("a phantom's camera gave \(bytes.count) bytes")
    }
  }
}
