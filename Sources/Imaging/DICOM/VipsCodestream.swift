import CVips

/// Decodes a JPEG 2000 codestream with libvips (OpenJPEG).
enum VipsCodestream {
  private enum Outcome {
    case samples([UInt16])
    case failed
    case fault(FormatFault)
  }

  /// The samples, pixel by pixel, as the codestream holds them.
  static func samples(_ bytes: [UInt8], _ header: CodestreamHeader) throws(FormatFault) -> [UInt16] {
    guard let library = VipsLibrary.shared else { throw .inconsistent("libvips would not start") }
    var outcome = library.sharing { attempt(bytes, header) }
    if case .failed = outcome {
      outcome = library.alone {
        let again = attempt(bytes, header)
        guard case .failed = again else { return again }
        let reason = library.reason
        return .fault(.damaged("its JPEG 2000: \(reason.isEmpty ? "it cannot be decoded" : reason)"))
      }
    }
    switch outcome {
    case .samples(let samples): return samples
    case .fault(let fault): throw fault
    case .failed: throw .damaged("its JPEG 2000 cannot be decoded")
    }
  }

  private static func attempt(_ bytes: [UInt8], _ header: CodestreamHeader) -> Outcome {
    bytes.withUnsafeBytes { buffer in
      let loaded = VipsPicture { dermgemma_vips_load_jp2k(buffer.baseAddress, buffer.count, VIPS_FAIL_ON_ERROR, $0) }
      guard let loaded else { return .failed }
      guard loaded.width == header.width, loaded.height == header.height, loaded.bands == header.components else {
        return .fault(.damaged("the parts of its JPEG 2000 do not agree on its size"))
      }
      let isWide = loaded.format == VIPS_FORMAT_USHORT
      guard isWide || loaded.format == VIPS_FORMAT_UCHAR else {
        return .fault(.featureNotAccepted("such samples in JPEG 2000"))
      }
      guard let pixels = loaded.bytes() else { return .failed }
      guard isWide else { return .samples(pixels.map(UInt16.init)) }
      return .samples(
        pixels.withUnsafeBytes { source in
          (0..<source.count / 2).map { source.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self) }
        })
    }
  }
}
