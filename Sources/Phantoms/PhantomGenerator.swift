import VisionLanguage

/// Paints phantoms: phantom `i` of seed `s` depends on `s`, `i` and the size alone.
///
/// Each four phantoms in a row, from an index divisible by four, hold each code once, in an order of the seed's own.
/// What a phantom shows also depends on the size, because colours are counted on the painted pixels; fine structures
/// need about 200 pixels on the short side to be seen.
///
/// ```swift
/// import Phantoms
///
/// let phantom = PhantomGenerator(seed: 65).phantom(0, width: 300, height: 225)
/// print(phantom.image.width, phantom.truth.code)
/// ```
public struct PhantomGenerator: Sendable {
  /// The sides that a phantom can have, in pixels; others are moved to the nearest of these.
  public static let sides = 32...4096

  /// How many sketches of a plan are tried for one whose colours are clear.
  private static let sketches = 6
  /// How many plans are tried for one that can be shown.
  private static let plans = 4
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
  ///   - index: which phantom; codes are balanced in blocks of four only from 0 up.
  ///   - width: pixels in a row, held to `sides`.
  ///   - height: rows, held to `sides`.
  public func phantom(_ index: Int, width: Int = 600, height: Int = 450) -> Phantom {
    let width = width.clamped(to: PhantomGenerator.sides)
    let height = height.clamped(to: PhantomGenerator.sides)
    let painting = painting(index, width: width, height: height)
    let truth = painting.truth
    return Phantom(image: picture(width, height, painting.photographed()), truth: truth)
  }

  /// The phantom of an index with one attribute toggled, all else painted with the same random numbers.
  ///
  /// - Parameters:
  ///   - index: which phantom.
  ///   - question: the attribute: `Network`, `Structures` (the dots), `Vessels` (arborizing ones) or `Keratosis`.
  ///   - width: as of the phantom.
  ///   - height: as of the phantom.
  /// - Returns: the toggled phantom; `nil` for another attribute, and where more than this one would change.
  public func toggled(_ index: Int, _ question: String, width: Int = 600, height: Int = 450) -> Phantom? {
    let width = width.clamped(to: PhantomGenerator.sides)
    let height = height.clamped(to: PhantomGenerator.sides)
    let base = scene(index, width: width, height: height)
    guard let plan = base.plan.toggling(question) else { return nil }
    let painting = Painting(base.plan, toggled: plan, width: width, height: height, random: base.random)
    let truth = Painting(base.plan, width: width, height: height, random: base.random).truth
    guard
      PhantomTruth.questions.allSatisfy({ ($0 == question) == (truth.value(for: $0) != painting.truth.value(for: $0)) })
    else { return nil }
    return Phantom(image: picture(width, height, painting.photographed()), truth: painting.truth)
  }

  /// The painted scene of a phantom, before the camera.
  func painting(_ index: Int, width: Int, height: Int) -> Painting {
    let scene = scene(index, width: width, height: height)
    return Painting(scene.plan, width: width, height: height, random: scene.random)
  }

  /// A phantom's plan, and the random numbers that it is painted with.
  private func scene(_ index: Int, width: Int, height: Int) -> (plan: LesionPlan, random: PhantomRandom) {
    let code = code(of: index)
    let shrink = min(1, PhantomGenerator.sketchSide / Float(min(width, height)))
    let sketchWidth = max(1, Int(Float(width) * shrink))
    let sketchHeight = max(1, Int(Float(height) * shrink))
    // Small sketches first. A plan keeps its first sketch in which no colour is neither here nor there, else the first
    // that shows what was planned; a plan with neither gives way to another, which is rare.
    for redraw in 0..<PhantomGenerator.plans {
      var choices = stream(index, redraw, 0)
      let plan = LesionPlan.drawn(for: code, &choices)
      var second: Int?
      for attempt in 1...PhantomGenerator.sketches {
        let sketch = Painting(plan, width: sketchWidth, height: sketchHeight, random: stream(index, redraw, attempt))
        guard sketch.showsItsPlan else { continue }
        if sketch.shares.isClear {
          return (plan, stream(index, redraw, attempt))
        }
        second = second ?? attempt
      }
      if let second {
        return (plan, stream(index, redraw, second))
      }
    }
    var choices = stream(index, 0, 0)
    return (LesionPlan.drawn(for: code, &choices), stream(index, 0, 1))
  }

  private func stream(_ index: Int, _ redraw: Int, _ attempt: Int) -> PhantomRandom {
    PhantomRandom(seed, UInt64(bitPattern: Int64(index)), UInt64(redraw), UInt64(attempt))
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
