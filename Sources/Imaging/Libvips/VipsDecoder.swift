import CVips
import TextOutput
import VisionLanguage

/// Decodes all formats but BMP and DICOM with libvips, after their structure has been checked.
enum VipsDecoder {
  /// What a decoding ends in.
  private enum Outcome {
    case picture(DecodedPixels)
    /// libvips refused; `VipsLibrary.reason` says why, unless other work ran at the same time.
    case failed
    case fault(FormatFault)
  }

  static func decode(
    _ bytes: [UInt8], as format: ImageFormat, layout: PictureLayout
  ) throws(FormatFault) -> DecodedPixels {
    guard let library = VipsLibrary.shared else { throw .inconsistent("libvips would not start") }
    let isNoisy = [.heic, .avif, .jpegXL].contains(format)
    let outcome =
      isNoisy
      ? QuietCodecs.shared.during { decoded(library, bytes, format, layout) } : decoded(library, bytes, format, layout)
    switch outcome {
    case .picture(let picture): return picture
    case .fault(let fault): throw fault
    case .failed: throw .damaged("it cannot be decoded")
    }
  }

  private static func decoded(
    _ library: VipsLibrary, _ bytes: [UInt8], _ format: ImageFormat, _ layout: PictureLayout
  ) -> Outcome {
    var outcome = library.sharing { attempt(bytes, format, layout, failOn: strictest(format)) }
    if case .failed = outcome {
      outcome = library.alone {
        let again = attempt(bytes, format, layout, failOn: strictest(format))
        guard case .failed = again else { return again }
        let reason = library.reason
        if isHarmless(reason) {
          let lenient = attempt(bytes, format, layout, failOn: VIPS_FAIL_ON_TRUNCATED)
          if case .picture = lenient { return lenient }
        }
        return .fault(fault(reason, byteCount: bytes.count))
      }
    }
    return outcome
  }

  /// libjpeg only warns about data that it had to guess; a picture with guessed parts must not be read.
  private static func strictest(_ format: ImageFormat) -> VipsFailOn {
    format == .jpeg ? VIPS_FAIL_ON_WARNING : VIPS_FAIL_ON_ERROR
  }

  /// Some cameras put stray bytes between segments, where no pixel suffers.
  private static func isHarmless(_ reason: String) -> Bool { reason.contains("extraneous bytes before marker") }

  private static func fault(_ reason: String, byteCount: Int) -> FormatFault {
    let lowercased = reason.lowercased()
    if lowercased.contains("premature end of") || lowercased.contains("out of order read") {
      return .endsEarly("after \(grouped(byteCount)) bytes, before the picture is complete")
    }
    return .damaged(reason.isEmpty ? "it cannot be decoded" : reason)
  }

  private static func attempt(
    _ bytes: [UInt8], _ format: ImageFormat, _ layout: PictureLayout, failOn: VipsFailOn
  ) -> Outcome {
    bytes.withUnsafeBytes { buffer in
      guard let loaded = load(buffer, format, failOn) else { return .failed }
      // What libvips is about to decode must be what was checked.
      guard loaded.width == layout.width, loaded.height == layout.height, loaded.bands <= ImageLimits.channels else {
        return .fault(.damaged("its parts do not agree on its size"))
      }
      if format == .jpegXL, loaded.hasDynamicRangeProfile {
        return .fault(.featureNotAccepted("high dynamic range"))
      }
      var color: VipsColor
      do throws(FormatFault) {
        color = try VipsColor(of: loaded, layout)
      } catch {
        return .fault(error)
      }
      var notes: [String] = []
      if loaded.format == VIPS_FORMAT_USHORT, color.colorBands < 4, !layout.samples.fillsRange {
        let ranges = SampleRanges(color, layout.samples) { load(buffer, format, failOn) }
        guard let ranges else { return .failed }
        if let scaling = SampleScaling(layout.samples, largest: ranges.largest) {
          let alpha = ranges.alpha.flatMap { $0 > 0 && $0 <= scaling.white ? 65_535 / Double(scaling.white) : nil }
          color.scale = (scaling.line(isZeroWhite: layout.samples.isZeroWhite), alpha)
          notes.append(scaling.note)
        }
      }
      guard let flat = color.converted(loaded),
        let upright = oriented(flat, loaded.orientation(besideEXIF: layout.orientationBesideEXIF)),
        let pixels = upright.bytes()
      else { return .failed }
      do {
        let image = try PixelImage(width: upright.width, height: upright.height, pixels: pixels)
        return .picture(DecodedPixels(image: image, notes: notes))
      } catch {
        return .fault(.inconsistent("\(error)"))
      }
    }
  }

  private static func load(
    _ buffer: UnsafeRawBufferPointer, _ format: ImageFormat, _ failOn: VipsFailOn
  ) -> VipsPicture? {
    let (start, count) = (buffer.baseAddress, buffer.count)
    return VipsPicture { output in
      switch format {
      case .jpeg: dermgemma_vips_load_jpeg(start, count, failOn, output)
      case .png: dermgemma_vips_load_png(start, count, failOn, output)
      case .webP: dermgemma_vips_load_webp(start, count, failOn, output)
      case .tiff: dermgemma_vips_load_tiff(start, count, failOn, output)
      case .heic, .avif: dermgemma_vips_load_heif(start, count, failOn, output)
      case .jpeg2000: dermgemma_vips_load_jp2k(start, count, failOn, output)
      case .jpegXL: dermgemma_vips_load_jxl(start, count, failOn, output)
      case .bmp, .dicom: -1
      }
    }
  }

  /// Turning reads pixels in any order, so they are all computed before.
  private static func oriented(_ picture: consuming VipsPicture, _ orientation: Int) -> VipsPicture? {
    guard orientation > 1 else { return picture }
    guard let whole = picture.computed() else { return nil }
    vips_image_set_int(whole.pointer, "orientation", Int32(orientation))
    return VipsPicture { dermgemma_vips_orient(whole.pointer, $0) }
  }
}
