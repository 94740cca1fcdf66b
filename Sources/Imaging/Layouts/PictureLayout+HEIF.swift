import TextOutput

extension PictureLayout {
  /// libheif's own limit.
  private static let heifSide = 32_768

  /// Reads the boxes of a HEIC or AVIF: the size of the picture that is shown, as it is after it is cropped and turned.
  init(heif data: ByteReader) throws(FormatFault) {
    let boxes = try ISOBoxes.all(data, in: 0..<data.count)
    guard let meta = boxes.first(where: { $0.name == "meta" }) else {
      throw boxes.contains { $0.name == "moov" }
        ? .featureNotAccepted("a film instead of a picture")
        : .endsEarly("after \(grouped(data.count)) bytes, without a picture")
    }
    let items = try HEIFItems(data, meta: meta.content)
    guard let kind = items.primaryKind else { throw .damaged("the picture that is shown is not listed") }
    guard HEIFItems.coded.contains(kind) else {
      throw .featureNotAccepted(Self.codecs[kind].map { "\($0) inside" } ?? "a picture of another kind inside")
    }
    guard items.kinds.isDisjoint(with: HEIFItems.derived) else {
      throw .featureNotAccepted("a picture that is made of others")
    }
    // Every picture in the file, tiles and alpha included, because libheif may decode it.
    for extent in items.all("ispe") { _ = try Self.extent(data, extent) }
    guard let shown = items.shown("ispe").first else { throw .damaged("it does not say how large its picture is") }
    var (width, height) = try Self.extent(data, shown)
    if let crop = items.shown("clap").first { (width, height) = try Self.cropped(data, crop, width, height) }
    if let turn = items.shown("irot").first, let angle = data.u8(at: turn.lowerBound), !turn.isEmpty, angle & 1 == 1 {
      swap(&width, &height)
    }
    try self.init(width: width, height: height)
    colors = try Self.heifColors(data, items)
    samples.fillsRange = true
    isShownByBrowsers = false
  }

  private static let codecs = [
    "avc1": "AVC", "jpeg": "JPEG", "j2k1": "JPEG 2000", "vvc1": "VVC", "evc1": "EVC", "unci": "uncompressed samples",
    "mski": "a mask", "iden": "a picture that is made of others", "iovl": "a picture that is made of others",
    "tmap": "a tone map",
  ]

  private static func extent(_ data: ByteReader, _ ispe: Range<Int>) throws(FormatFault) -> (width: Int, height: Int) {
    guard let width = HEIFItems.number(data, ispe.lowerBound + 4, 4, in: ispe),
      let height = HEIFItems.number(data, ispe.lowerBound + 8, 4, in: ispe)
    else { throw .damaged("the size of a picture is not whole") }
    guard width > 0, height > 0 else { throw .damaged("its size is given as \(width) × \(height) pixels") }
    guard max(width, height) <= ImageLimits.longestSide, width * height <= ImageLimits.pixels else {
      throw .tooLarge(width: width, height: height)
    }
    guard max(width, height) <= heifSide else {
      throw .featureNotAccepted("more than \(grouped(heifSide)) pixels on a side")
    }
    return (width, height)
  }

  /// The clean aperture: four fractions, of which the first two are its width and height.
  private static func cropped(
    _ data: ByteReader, _ clap: Range<Int>, _ width: Int, _ height: Int
  ) throws(FormatFault) -> (Int, Int) {
    let numbers = (0..<8).compactMap { HEIFItems.number(data, clap.lowerBound + 4 * $0, 4, in: clap) }
    guard numbers.count == 8, numbers[1] > 0, numbers[3] > 0 else { throw .damaged("its crop is not whole") }
    let (right, down) = (numbers[0] / numbers[1], numbers[2] / numbers[3])
    guard (1...width).contains(right), (1...height).contains(down) else {
      throw .damaged("its crop is larger than its picture")
    }
    return (right, down)
  }

  /// A profile comes with the pixels; what is coded by numbers (H.273) does not.
  private static func heifColors(_ data: ByteReader, _ items: HEIFItems) throws(FormatFault) -> PNGColors {
    let boxes = items.shown("colr")
    func starts(_ box: Range<Int>, _ mark: StaticString) -> Bool { data.has(mark, at: box.lowerBound) }
    guard let coded = boxes.first(where: { starts($0, "nclx") }),
      let primaries = HEIFItems.number(data, coded.lowerBound + 4, 2, in: coded),
      let transfer = HEIFItems.number(data, coded.lowerBound + 6, 2, in: coded)
    else { return PNGColors() }
    let hasProfile = boxes.contains { starts($0, "prof") || starts($0, "rICC") }
    return try PNGColors(primaries: primaries, transfer: transfer, hasProfile: hasProfile)
  }
}
