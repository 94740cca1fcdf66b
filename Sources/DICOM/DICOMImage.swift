/// A DICOM file (PS3.10) with a photograph: its structure checked, its picture found, its lesion's metadata read.
///
/// Explicit and implicit little endian, deflated data sets, with and without preamble and file meta information. What is native
/// or in run lengths, lossless JPEG or JPEG-LS is rendered here; JPEG and JPEG 2000 frames are handed to the caller, who decodes
/// them and gives the samples back to ``rendered(decoded:channels:areTransformed:)``.
///
/// Of all elements only those of the picture and of the lesion are read; a patient's name, dates, identifiers and private
/// elements are stepped over.
public struct DICOMImage: Sendable {
  /// A frame as it is in the file.
  public enum Frame: Sendable, Equatable {
    /// 8-bit RGB, rows from the top, no padding.
    case rgb([UInt8])
    /// A JPEG (ISO 10918) to be decoded.
    case jpeg([UInt8])
    /// A JPEG 2000 codestream (ISO 15444-1) to be decoded.
    case jpeg2000([UInt8])
  }

  private let elements: DataSet
  private let format: PixelFormat
  private let compression: TransferSyntax.Compression
  private let options: DICOMOptions

  /// Whether a file begins like DICOM: `DICM` after the preamble, or, without one, an element that comes first, with its type
  /// or, in implicit types, followed by another of its group. 1 kB is enough.
  public static func isDICOM(_ beginning: [UInt8]) -> Bool { Part10.isDICOM(beginning) }

  /// Whether objects of an SOP class are photographs that are read.
  public static func reads(storageClass uid: String) -> Bool { StorageClass(rawValue: uid) != nil }

  /// Reads a file's structure.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - options: what is wanted of it.
  ///   - inflatedLimit: the most bytes that a deflated data set may have.
  /// - Throws: ``DICOMFault``.
  public init(_ bytes: [UInt8], options: DICOMOptions = DICOMOptions(), inflatedLimit: Int) throws(DICOMFault) {
    let file = try Part10(bytes, limit: inflatedLimit)
    elements = file.dataSet
    compression = file.transferSyntax.compression
    self.options = options
    guard let uid = elements.word(.sopClass) ?? file.mediaClass else {
      throw .damaged("\(Tag.sopClass), its SOP class, is missing or empty")
    }
    _ = try StorageClass(uid: uid)
    format = try PixelFormat(elements, compression)
    for tag in [Tag.modalityTable, .windowTable] where elements.has(tag) && format.samples == 1 {
      throw .notAccepted("a lookup table for its grey levels, \(tag)")
    }
  }

  /// Pixels in a row.
  public var width: Int { format.width }
  /// Rows.
  public var height: Int { format.height }
  /// Pictures in the file.
  public var frames: Int { format.frames }
  /// Samples per pixel, 1 or 3.
  public var samples: Int { format.samples }
  /// Bits of a sample that are in use.
  public var bitsStored: Int { format.bitsStored }
  /// What the file says of the lesion.
  public var lesion: DICOMLesionMetadata { LesionMetadataReader(elements, options).metadata }
  /// An ICC profile of the colours; `nil` for sRGB, and for greys and palettes.
  public var iccProfile: [UInt8]? { format.samples == 3 ? elements.bytes(.iccProfile).map(Array.init) : nil }
  /// Whether the file calls its colours RGB; a JPEG frame's own markers come first.
  public var isLabelledRGB: Bool { format.photometric == .rgb }
  /// Whether the file says that words, such as a name, are part of the picture (0028,0301).
  public var hasBurnedInText: Bool { elements.word(.burnedInAnnotation) == "YES" }

  /// The chosen frame, or the only one.
  ///
  /// - Throws: ``DICOMFault``: of several frames none was chosen, there is no such frame, or it is damaged.
  public func frame() throws(DICOMFault) -> Frame {
    let index = try chosenIndex()
    switch compression {
    case .native:
      let range = try FrameFinder(elements, format).native(index)
      return .rgb(try FrameRenderer(format, elements).rendered(elements.data.bytes[range], isPlanar: format.isPlanar))
    case .runLengths:
      let fragments = try FrameFinder(elements, format).compressed(index)
      guard let fragment = fragments.first, fragments.count == 1 else {
        throw .damaged("a frame of run lengths is in \(fragments.count) fragments instead of one")
      }
      let frame = try RunLengths.unpack(elements.data, fragment, format)
      return .rgb(try FrameRenderer(format, elements).rendered(frame[...], isPlanar: true))
    case .jpeg: return .jpeg(try joined(index))
    case .losslessJPEG: return .rgb(try rendered(try LosslessJPEGDecoder.decode(try joined(index), format)))
    case .jpegLS: return .rgb(try rendered(try JPEGLSDecoder.decode(try joined(index), format)))
    case .jpeg2000: return .jpeg2000(try joined(index))
    }
  }

  /// 8-bit RGB of what a codec made of a frame: greys through rescaling and window, palettes through their colours.
  ///
  /// - Parameters:
  ///   - samples: the decoded samples, pixel by pixel; each of as many bits as the file says.
  ///   - channels: samples per pixel, 1 or 3.
  ///   - areTransformed: whether three channels are RGB by now, as all are but those of a JPEG 2000 codestream without a
  ///     colour transform of its own: there the file's label counts.
  /// - Throws: ``DICOMFault`` when they do not fit the file's description.
  public func rendered(
    decoded samples: [UInt16], channels: Int, areTransformed: Bool = true
  ) throws(DICOMFault) -> [UInt8] {
    guard channels == format.samples else {
      throw .damaged(
        "its compressed picture has \(channels) channels, and \(Tag.samplesPerPixel) says \(format.samples)")
    }
    guard !format.isSigned else { throw .notAccepted("signed samples in a compressed picture") }
    let renderer = FrameRenderer(areTransformed ? format.inRGB : format, elements)
    return try renderer.rendered(samples: samples[...], isPlanar: false)
  }

  /// The same of samples whose colours are what the file's label says.
  private func rendered(_ samples: [UInt16]) throws(DICOMFault) -> [UInt8] {
    let top = (1 << format.bitsStored) - 1
    if let largest = samples.max(), largest > top {
      throw .damaged("its compressed picture has a sample of \(largest), and \(Tag.bitsStored) allows \(top)")
    }
    return try rendered(decoded: samples, channels: format.samples, areTransformed: false)
  }

  private func chosenIndex() throws(DICOMFault) -> Int {
    guard let number = options.frame else {
      guard format.frames == 1 else { throw .frameNotChosen(count: format.frames) }
      return 0
    }
    guard (1...format.frames).contains(number) else { throw .noSuchFrame(number: number, count: format.frames) }
    return number - 1
  }

  private func joined(_ index: Int) throws(DICOMFault) -> [UInt8] {
    try FrameFinder(elements, format).compressed(index).reduce(into: []) { $0 += elements.data.bytes[$1] }
  }
}
