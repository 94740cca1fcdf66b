/// Slow noise over the whole canvas, worked out at points some units apart and evened between: as smooth, and far cheaper.
struct Relief {
  private let cell: Float
  private let columns: Int
  private let rows: Int
  private let samples: [Float]

  /// - Parameter cell: units between the points; a quarter of the finest octave's wave or less.
  init(_ noise: Noise, frequency: Float, octaves: Int, cell: Float, extent: (x: Float, y: Float)) {
    self.cell = cell
    columns = Int(Polynomials.floor(extent.x / cell)) + 2
    rows = Int(Polynomials.floor(extent.y / cell)) + 2
    var samples: [Float] = []
    samples.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let x = Float(column) * cell * frequency
        let y = Float(row) * cell * frequency
        samples.append(noise.fractal(x, y, octaves: octaves))
      }
    }
    self.samples = samples
  }

  /// The value at a place of the canvas, in units; the nearest place's for others.
  @inline(__always)
  func value(_ x: Float, _ y: Float) -> Float {
    let u = max(0, x / cell)
    let v = max(0, y / cell)
    let column = min(Int(Polynomials.floor(u)), columns - 2)
    let row = min(Int(Polynomials.floor(v)), rows - 2)
    let du = min(1, u - Float(column))
    let dv = min(1, v - Float(row))
    let corner = row * columns + column
    let top = samples[corner] + (samples[corner + 1] - samples[corner]) * du
    let lower = corner + columns
    let bottom = samples[lower] + (samples[lower + 1] - samples[lower]) * du
    return top + (bottom - top) * dv
  }
}
