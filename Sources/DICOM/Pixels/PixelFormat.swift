/// How a file's pixels are laid out and meant (PS3.3, C.7.6.3), checked for what is read.
struct PixelFormat: Equatable {
  enum Photometric: Equatable {
    /// One sample; with the highest value white, or black (`isInverted`).
    case grey(isInverted: Bool)
    case palette
    case rgb
    /// Luminance and two differences of colours, at full range.
    case ybrFull
    /// The same with differences of colours for every second pixel of a row.
    case ybrFull422
    /// Something that only a codec's own transform makes; what comes out of the codec is RGB.
    case codec
  }

  let width: Int
  let height: Int
  let samples: Int
  private(set) var photometric: Photometric
  /// Whether each colour has a plane of its own.
  let isPlanar: Bool
  /// 8 or 16.
  let bitsAllocated: Int
  /// Bits in use, from the lowest on.
  let bitsStored: Int
  let isSigned: Bool
  let frames: Int

  /// Bytes of a frame that is not compressed.
  var frameBytes: Int {
    width * height * (photometric == .ybrFull422 ? 2 : samples) * (bitsAllocated / 8)
  }

  /// The same with its three samples taken for RGB.
  var inRGB: PixelFormat {
    guard samples == 3 else { return self }
    var format = self
    format.photometric = .rgb
    return format
  }

  /// - Throws: ``DICOMFault`` for what is missing, contradicts itself, or is not read.
  init(_ set: DataSet, _ compression: TransferSyntax.Compression) throws(DICOMFault) {
    height = try set.required(.rows)
    width = try set.required(.columns)
    guard width > 0, height > 0 else { throw .damaged("its size is given as \(width) × \(height) pixels") }
    samples = try set.required(.samplesPerPixel)
    guard samples == 1 || samples == 3 else { throw .notAccepted("\(samples) samples per pixel") }
    photometric = try Self.photometric(set, samples: samples, compression)

    bitsAllocated = try set.required(.bitsAllocated)
    guard bitsAllocated == 8 || bitsAllocated == 16 else { throw .notAccepted("\(bitsAllocated) bits per sample") }
    bitsStored = try set.number(.bitsStored) ?? bitsAllocated
    guard (1...bitsAllocated).contains(bitsStored) else {
      throw .damaged("\(Tag.bitsStored) stores \(bitsStored) bits in \(bitsAllocated)")
    }
    if let highBit = try set.number(.highBit), highBit != bitsStored - 1 {
      throw .notAccepted("samples whose highest bit is \(highBit) of \(bitsStored)")
    }
    let sign = try set.number(.pixelRepresentation) ?? 0
    guard sign <= 1 else { throw .damaged("\(Tag.pixelRepresentation) is \(sign)") }
    isSigned = sign == 1
    if isSigned, samples == 3 { throw .notAccepted("signed colours") }

    let planar = samples == 3 ? try set.number(.planarConfiguration) ?? 0 : 0
    guard planar <= 1 else { throw .damaged("\(Tag.planarConfiguration) is \(planar)") }
    isPlanar = planar == 1
    frames = try Self.frames(set)
    try checkYBR(compression)
  }

  private func checkYBR(_ compression: TransferSyntax.Compression) throws(DICOMFault) {
    guard compression == .native || compression == .runLengths else { return }
    guard photometric == .ybrFull || photometric == .ybrFull422 else { return }
    guard bitsAllocated == 8, bitsStored == 8 else { throw .notAccepted("YBR colours of other than 8 bits") }
    guard photometric == .ybrFull422 else { return }
    guard compression == .native else { throw .notAccepted("run lengths of YBR_FULL_422") }
    guard !isPlanar else { throw .damaged("YBR_FULL_422 cannot be planar") }
    guard width.isMultiple(of: 2) else { throw .damaged("YBR_FULL_422 has an odd number of columns, \(width)") }
  }

  private static func photometric(
    _ set: DataSet, samples: Int, _ compression: TransferSyntax.Compression
  ) throws(DICOMFault) -> Photometric {
    guard let word = set.word(.photometric) else { throw .damaged("\(Tag.photometric) is missing or empty") }
    let isCodec = compression == .jpeg || compression == .jpeg2000
    let found: Photometric
    switch word {
    case "MONOCHROME1": found = .grey(isInverted: true)
    case "MONOCHROME2": found = .grey(isInverted: false)
    case "PALETTE COLOR": found = .palette
    case "RGB": found = .rgb
    case "YBR_FULL": found = .ybrFull
    case "YBR_FULL_422": found = .ybrFull422
    case "YBR_RCT", "YBR_ICT", "YBR_PARTIAL_420", "YBR_PARTIAL_422":
      guard isCodec else { throw .notAccepted("\(word) outside of the codec that makes it") }
      found = .codec
    case "HSV", "ARGB", "CMYK", "XYB": throw .notAccepted("colours as \(word)")
    default: throw .damaged("\(Tag.photometric) is none of the standard's words")
    }
    let needed = found == .grey(isInverted: true) || found == .grey(isInverted: false) || found == .palette ? 1 : 3
    guard samples == needed else {
      throw .damaged("\(word) has \(needed) samples per pixel, and \(Tag.samplesPerPixel) says \(samples)")
    }
    if found == .palette, compression == .jpeg { throw .notAccepted("a palette over JPEG") }
    return found
  }

  private static func frames(_ set: DataSet) throws(DICOMFault) -> Int {
    guard let count = try set.decimals(.numberOfFrames).first else { return 1 }
    guard count >= 1, let frames = Int(exactly: count), frames <= 1_000_000 else {
      throw .damaged("\(Tag.numberOfFrames) is no number of frames")
    }
    return frames
  }
}
