/// Makes 8-bit RGB of a frame's samples.
struct FrameRenderer {
  private let format: PixelFormat
  private let elements: DataSet

  init(_ format: PixelFormat, _ elements: DataSet) {
    self.format = format
    self.elements = elements
  }

  /// - Parameters:
  ///   - bytes: the frame's, little-endian.
  ///   - isPlanar: whether the colours follow each other as planes.
  func rendered(_ bytes: ArraySlice<UInt8>, isPlanar: Bool) throws(DICOMFault) -> [UInt8] {
    if format.photometric == .ybrFull422 { return YBRColors.rgb(halved: bytes) }
    guard format.bitsAllocated == 16 else { return try rendered(samples: bytes, isPlanar: isPlanar) }
    return try rendered(samples: Self.words(bytes)[...], isPlanar: isPlanar)
  }

  /// - Parameter samples: as many as the format says, pixel by pixel or, if planar, colour by colour.
  func rendered<Sample: FixedWidthInteger & UnsignedInteger>(
    samples: ArraySlice<Sample>, isPlanar: Bool
  ) throws(DICOMFault) -> [UInt8] {
    let pixels = format.width * format.height
    guard samples.count == pixels * format.samples else {
      throw .damaged("a frame has \(samples.count) samples instead of \(pixels * format.samples)")
    }
    switch format.photometric {
    case .grey(let isInverted):
      let tones = try ToneTable(grey: elements, format, isInverted: isInverted).levels
      return Self.greys(samples, tones)
    case .palette:
      return Self.colors(samples, try Palette(elements, format).colors)
    case .ybrFull, .ybrFull422:
      guard format.bitsStored == 8 else { throw .notAccepted("YBR colours of other than 8 bits") }
      let whole = Self.interleaved(samples, isPlanar: isPlanar, tones: nil)
      return YBRColors.rgb(whole)
    case .rgb, .codec:
      let isPlain = format.bitsStored == 8 && Sample.bitWidth == 8
      return Self.interleaved(samples, isPlanar: isPlanar, tones: isPlain ? nil : ToneTable(colors: format).levels)
    }
  }

  private static func words(_ bytes: ArraySlice<UInt8>) -> [UInt16] {
    bytes.withUnsafeBytes { source in
      (0..<source.count / 2).map {
        UInt16(littleEndian: source.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self))
      }
    }
  }

  private static func greys<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: ArraySlice<Sample>, _ tones: [UInt8]
  ) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(samples.count * 3)
    for sample in samples {
      let level = tones[min(Int(sample), tones.count - 1)]
      pixels.append(level)
      pixels.append(level)
      pixels.append(level)
    }
    return pixels
  }

  private static func colors<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: ArraySlice<Sample>, _ palette: [UInt8]
  ) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(samples.count * 3)
    for sample in samples {
      let entry = min(Int(sample), palette.count / 3 - 1) * 3
      pixels.append(palette[entry])
      pixels.append(palette[entry + 1])
      pixels.append(palette[entry + 2])
    }
    return pixels
  }

  /// Three colours pixel by pixel, each looked up in `tones` where there are any.
  private static func interleaved<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: ArraySlice<Sample>, isPlanar: Bool, tones: [UInt8]?
  ) -> [UInt8] {
    let count = samples.count / 3
    let (pixel, color) = isPlanar ? (1, count) : (3, 1)
    return samples.withUnsafeBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: count * 3) { target, initialized in
        for index in 0..<count {
          for channel in 0..<3 {
            let sample = source[index * pixel + channel * color]
            let level = tones.map { $0[min(Int(sample), $0.count - 1)] } ?? UInt8(truncatingIfNeeded: sample)
            target.initializeElement(at: index * 3 + channel, to: level)
          }
        }
        initialized = count * 3
      }
    }
  }
}
