import TextOutput

/// BMP's run lengths of 8 and 4 bits (BI_RLE8, BI_RLE4).
enum BitmapRunLengths {
  /// One palette index a pixel, from the picture's top; pixels that no run names have index 0.
  ///
  /// - Throws: `FormatFault` when a run leaves the picture, or the data stop before the last row is complete.
  static func indices(_ data: ByteReader, _ header: BitmapHeader) throws(FormatFault) -> [UInt8] {
    var canvas = Canvas(width: header.layout.width, height: header.layout.height)
    let isFour = header.compression == .runLengths4
    var offset = header.pixelOffset
    while true {
      guard let first = data.u8(at: offset), let second = data.u8(at: offset + 1) else {
        // Some writers leave out the end mark once every row is there.
        if canvas.isComplete { return canvas.indices }
        throw .endsEarly("after \(grouped(data.count)) bytes, in row \(grouped(canvas.row + 1)) from the bottom")
      }
      offset += 2
      switch (first, second) {
      case (0, 0): canvas.endRow()
      case (0, 1): return canvas.indices
      case (0, 2):
        guard let right = data.u8(at: offset), let up = data.u8(at: offset + 1) else { continue }
        try canvas.skip(right: Int(right), up: Int(up))
        offset += 2
      case (0, let count):
        let byteCount = isFour ? (Int(count) + 1) / 2 : Int(count)
        guard offset + byteCount <= data.count else { throw .ends(after: data.count, of: offset + byteCount) }
        for step in 0..<Int(count) {
          let byte = data.bytes[offset + (isFour ? step / 2 : step)]
          try canvas.paint(isFour ? (step.isMultiple(of: 2) ? byte >> 4 : byte & 15) : byte)
        }
        offset += byteCount + byteCount % 2
      case (let count, let byte):
        for step in 0..<Int(count) {
          try canvas.paint(isFour ? (step.isMultiple(of: 2) ? byte >> 4 : byte & 15) : byte)
        }
      }
    }
  }

  /// A picture that is painted from its bottom left.
  private struct Canvas {
    let width: Int
    let height: Int
    private(set) var row = 0
    private var column = 0
    private(set) var indices: [UInt8]

    init(width: Int, height: Int) {
      self.width = width
      self.height = height
      indices = [UInt8](repeating: 0, count: width * height)
    }

    var isComplete: Bool { row >= height || row == height - 1 && column == width }

    mutating func endRow() {
      row = min(row + 1, height)
      column = 0
    }

    mutating func skip(right: Int, up: Int) throws(FormatFault) {
      column += right
      row += up
      guard column <= width, row <= height else { throw .damaged("its run lengths leave the picture") }
    }

    mutating func paint(_ index: UInt8) throws(FormatFault) {
      guard row < height, column < width else { throw .damaged("its run lengths leave the picture") }
      indices[(height - 1 - row) * width + column] = index
      column += 1
    }
  }
}
