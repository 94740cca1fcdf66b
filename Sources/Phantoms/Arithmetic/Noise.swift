/// Smooth noise over the plane: random values at whole points, eased between, in octaves.
struct Noise {
  private let seed: UInt32
  /// Where in the lattice this noise begins.
  private let shiftX: Int32
  private let shiftY: Int32
  private let lattice: [Float]

  init(_ random: inout PhantomRandom) {
    let word = random.next()
    seed = UInt32(truncatingIfNeeded: word)
    shiftX = Int32(word >> 40 & 127)
    shiftY = Int32(word >> 50 & 127)
    lattice = Noise.lattice
  }

  /// 128 × 128 random numbers that all noises share, each from a place of its own.
  private static let lattice: [Float] = {
    var random = PhantomRandom(128)
    return (0..<16384).map { _ in random.unit() }
  }()

  /// A random number from 0 up to 1 that belongs to a whole point.
  @inline(__always)
  func value(_ x: Int32, _ y: Int32) -> Float {
    var h = seed ^ (UInt32(bitPattern: x) &* 0x9E37_79B1) ^ (UInt32(bitPattern: y) &* 0x85EB_CA77)
    h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
    h = (h ^ (h >> 12)) &* 0x297A_2D39
    h ^= h >> 15
    return Float(h >> 8) * (1 / 16_777_216)
  }

  /// One octave, from 0 to 1.
  @inline(__always)
  func smooth(_ x: Float, _ y: Float) -> Float {
    let ix = Polynomials.floor(x)
    let iy = Polynomials.floor(y)
    let dx = x - Float(ix)
    let dy = y - Float(iy)
    let ux = dx * dx * (3 - 2 * dx)
    let uy = dy * dy * (3 - 2 * dy)
    // The lattice repeats after 128 points; turned octaves hide that, and a table is faster than four hashes.
    let column = Int(ix &+ shiftX) & 127
    let next = Int(ix &+ shiftX &+ 1) & 127
    let row = (Int(iy &+ shiftY) & 127) << 7
    let below = (Int(iy &+ shiftY &+ 1) & 127) << 7
    let a = lattice[row | column]
    let b = lattice[row | next]
    let c = lattice[below | column]
    let d = lattice[below | next]
    let top = a + (b - a) * ux
    let bottom = c + (d - c) * ux
    return top + (bottom - top) * uy
  }

  /// Several octaves, each twice as fine and half as strong, about 0 and mostly within ±0.5.
  @inline(__always)
  func fractal(_ x: Float, _ y: Float, octaves: Int) -> Float {
    var sum: Float = 0
    var weight: Float = 1
    var total: Float = 0
    var px = x
    var py = y
    for _ in 0..<octaves {
      sum += (smooth(px, py) - 0.5) * weight
      total += weight
      weight *= 0.5
      // Turned by about 37°, so that the lattice does not show.
      let rx = (px * 0.8 - py * 0.6) * 2 + 17.3
      py = (px * 0.6 + py * 0.8) * 2 + 9.7
      px = rx
    }
    return sum / total * 1.6
  }
}
