import TextOutput

extension PictureLayout {
  private typealias Tag = TIFFDirectory.Tag

  /// Reads a TIFF's first directory and checks that its strips or tiles lie inside the file.
  init(tiff data: ByteReader) throws(FormatFault) {
    let directory = try TIFFDirectory(data)
    if directory.has(Tag.dngVersion) { throw .formatNotAccepted(UnsupportedFormat("DNG camera raw", .cameraRaw)) }
    // TIFF 6.0, NewSubfileType, bit 0: a reduced version of another picture, as camera raw files begin with.
    if let type = try? directory.value(Tag.subfileType), type & 1 == 1 {
      throw .featureNotAccepted("a first picture that is only a preview")
    }
    guard let width = try directory.value(Tag.width), let height = try directory.value(Tag.height) else {
      throw .damaged("it does not say how large its picture is")
    }
    let samples = try directory.value(Tag.samplesPerPixel) ?? 1
    try self.init(width: width, height: height, extraChannel: Self.extraChannel(directory))
    guard samples > 0 else { throw .damaged("its pixels have no samples") }
    guard samples <= ImageLimits.channels else { throw .featureNotAccepted("\(grouped(samples)) channels") }
    try Self.checkSamples(directory)
    try Self.checkColors(directory)
    self.samples = Self.declaredSamples(directory)
    isShownByBrowsers = false
    let planes = try directory.value(Tag.planarConfiguration) == 2 ? samples : 1

    if directory.has(Tag.tileWidth) {
      if planes > 1 { throw .featureNotAccepted("tiles of separate colour planes") }
      guard let tileWidth = try directory.value(Tag.tileWidth), let tileHeight = try directory.value(Tag.tileHeight),
        tileWidth > 0, tileHeight > 0, max(tileWidth, tileHeight) <= ImageLimits.longestSide,
        tileWidth * tileHeight <= ImageLimits.pixels
      else { throw .damaged("the size of its tiles makes no sense") }
      let needed = Self.pieces(of: width, by: tileWidth) * Self.pieces(of: height, by: tileHeight) * planes
      let offsets = directory.has(Tag.tileOffsets) ? Tag.tileOffsets : Tag.stripOffsets
      let counts = directory.has(Tag.tileByteCounts) ? Tag.tileByteCounts : Tag.stripByteCounts
      try Self.check("tile", needed, at: directory.values(offsets), of: directory.values(counts), in: data)
    } else if directory.has(Tag.stripOffsets) {
      let rows = min(try directory.value(Tag.rowsPerStrip) ?? height, height)
      guard rows > 0 else { throw .damaged("its strips have no rows") }
      let needed = Self.pieces(of: height, by: rows) * planes
      try Self.check(
        "strip", needed, at: directory.values(Tag.stripOffsets), of: directory.values(Tag.stripByteCounts), in: data)
    } else if try directory.value(Tag.compression) != 6 {  // the old JPEG scheme has a pointer of its own
      throw .damaged("it does not say where its picture is")
    }
    try Self.checkJPEGInside(directory, data)
  }

  /// Kinds of JPEG that libjpeg does not read, in the first strip or tile; all others are left to libtiff.
  private static func checkJPEGInside(_ directory: TIFFDirectory, _ data: ByteReader) throws(FormatFault) {
    guard try directory.value(Tag.compression) == 7 else { return }
    let tags =
      directory.has(Tag.tileOffsets)
      ? (Tag.tileOffsets, Tag.tileByteCounts) : (Tag.stripOffsets, Tag.stripByteCounts)
    guard let offset = try directory.values(tags.0).first, offset < UInt64(data.count) else { return }
    let count = try directory.values(tags.1).first.map { Int(clamping: $0) } ?? data.count
    do throws(FormatFault) {
      _ = try JPEGHeader(ByteReader(Array(data.bytes[Int(offset)...].prefix(count))))
    } catch {
      if case .featureNotAccepted(let feature) = error { throw .featureNotAccepted("a JPEG with \(feature) inside") }
      if case .formatNotAccepted(let format) = error { throw .featureNotAccepted("\(format.name) inside") }
    }
  }

  /// Compressions and samples that libtiff or libvips would call broken.
  private static func checkSamples(_ directory: TIFFDirectory) throws(FormatFault) {
    let inside = [
      33_003: "JPEG 2000", 33_005: "JPEG 2000", 33_007: "JPEG XR", 34_712: "JPEG 2000", 34_892: "lossy DNG's JPEG",
      34_933: "PNG", 34_934: "JPEG XR", 22_610: "JPEG XR", 34_713: "Nikon's compression", 48_124: "Jetraw",
      50_002: "JPEG XL", 52_546: "JPEG XL",
    ]
    let compression = try directory.value(Tag.compression) ?? 1
    if let name = inside[compression] { throw .featureNotAccepted("\(name) inside") }
    let bits = (try? directory.values(Tag.bitsPerSample)) ?? []
    if let odd = bits.first(where: { ![1, 2, 4, 8, 16, 32, 64].contains($0) }), odd > 0, odd < 64 {
      throw .featureNotAccepted("\(odd)-bit samples")
    }
  }

  /// libvips would hand out YCbCr samples as if they were RGB, unless JPEG has converted them.
  private static func checkColors(_ directory: TIFFDirectory) throws(FormatFault) {
    switch (try directory.value(Tag.photometric) ?? 1, try directory.value(Tag.compression) ?? 1) {
    case (0...2, _), (5, _), (6, 7): break
    case (3, _): if !directory.has(Tag.colorMap) { throw .damaged("it has no palette") }
    case (6, 6): throw .featureNotAccepted("JPEG of the old scheme inside")
    case (6, _): throw .featureNotAccepted("YCbCr colours")
    case (8, _): throw .featureNotAccepted("CIELab colours")
    case (9, _): throw .featureNotAccepted("ICCLab colours")
    case (10, _): throw .featureNotAccepted("ITULab colours")
    case (32_803, _), (34_892, _): throw .formatNotAccepted(UnsupportedFormat("camera raw", .cameraRaw))
    case (32_844, _), (32_845, _): throw .featureNotAccepted("LogLuv colours")
    default: throw .featureNotAccepted("colours that are neither grey, RGB, palette nor CMYK")
    }
  }

  private static func declaredSamples(_ directory: TIFFDirectory) -> DeclaredSamples {
    var samples = DeclaredSamples()
    samples.isZeroWhite = (try? directory.value(Tag.photometric)) == 0
    samples.darkest = (try? directory.values(Tag.smallestSample))?.min().map { Int(clamping: $0) }
    samples.brightest = (try? directory.values(Tag.largestSample))?.max().map { Int(clamping: $0) }
    // TIFF 6.0: MaxSampleValue is for statistics only, but shows how many bits there are.
    if let largest = (try? directory.values(Tag.largestSampleSeen))?.max(), largest > 0, largest < 65_536 {
      samples.bits = UInt64.bitWidth - largest.leadingZeroBitCount
    }
    return samples
  }

  /// The meaning of the first sample beyond the colours (TIFF 6.0, ExtraSamples).
  private static func extraChannel(_ directory: TIFFDirectory) -> ExtraChannel {
    switch try? directory.value(Tag.extraSamples) {
    case 1, 2: .alpha
    default: .unspecified
    }
  }

  private static func pieces(of length: Int, by size: Int) -> Int { (length - 1) / size + 1 }

  private static func check(
    _ piece: String, _ needed: Int, at offsets: [UInt64], of byteCounts: [UInt64], in data: ByteReader
  ) throws(FormatFault) {
    guard offsets.count >= needed else {
      throw .damaged("it has \(grouped(offsets.count)) \(piece)s where its size needs \(grouped(needed))")
    }
    let size = UInt64(data.count)
    for index in 0..<needed {
      // Old writers left the counts out; libtiff then estimates them.
      let count = index < byteCounts.count ? byteCounts[index] : 0
      guard offsets[index] < size, count <= size - offsets[index] else {
        throw .endsEarly(
          "\(piece) \(grouped(index + 1)) of \(grouped(needed)) goes beyond the file's \(grouped(size)) bytes")
      }
    }
  }
}
