/// Limits on what is read and prepared.
///
/// Sizes are checked on the header, before any pixel is decoded.
public enum ImageLimits {
  /// Bytes of a file.
  public static let fileBytes = 200_000_000
  /// Pixels of a picture: 100 megapixels, 300 MB once decoded.
  public static let pixels = 100_000_000
  /// Pixels on the longer side; JPEG's own limit.
  public static let longestSide = 65_535
  /// Pixels on the shorter side.
  public static let shortestSide = 8
  /// Channels of a pixel: four inks and alpha.
  public static let channels = 5
  /// Scans of a progressive JPEG; encoders write about ten.
  ///
  /// Each costs a pass over the whole picture, and a file of
  /// 300 kB can ask for 882.
  public static let scans = 100
  /// Pixels of a JPEG, counted once for each of its scans.
  public static let scannedPixels = 2_000_000_000
  /// Frames of an animated WebP, of which the first is read; libwebp's time grows with their square.
  public static let frames = 1_000
  /// Pixels on each side of a prepared picture.
  public static let preparedSide = 1...8_192
  /// The largest contrast factor.
  public static let contrast = 100.0
}
