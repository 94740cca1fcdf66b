/// What a PNG's ancillary chunks say about its colours, its samples and its orientation.
struct PNGMetadata {
  /// From XMP, or from EXIF in a text; the first one counts.
  private(set) var orientation: Int?
  private(set) var samples = DeclaredSamples()
  private var chunks: [String: ArraySlice<UInt8>] = [:]
  /// The most texts that are examined.
  private var textsLeft = 16

  /// Parses a chunk; the first of each kind counts.
  mutating func take(_ name: String, _ content: ArraySlice<UInt8>) {
    switch name {
    case "cICP", "sRGB", "gAMA", "cHRM": if chunks[name] == nil { chunks[name] = content }
    case "sBIT": if samples.bits == nil { samples.bits = content.max().map { Int($0) } }
    case "tEXt", "zTXt", "iTXt":
      guard orientation == nil, textsLeft > 0, let text = PNGText(name, content) else { return }
      textsLeft -= 1
      switch text.keyword {
      case "XML:com.adobe.xmp": orientation = OrientationMetadata.inXMP(text.content)
      case let other where other.hasPrefix("Raw profile type "):
        orientation = OrientationMetadata.inRawProfile(text.content)
      default: break
      }
    default: break
    }
  }

  func colors() throws(FormatFault) -> PNGColors { try PNGColors(chunks) }
}
