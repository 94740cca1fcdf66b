import Imaging

/// What is kept of an uploaded image: its pixels.
enum UploadedPicture {
  /// A PNG of an image, without metadata.
  ///
  /// - Parameter frame: which frame of a DICOM file; `nil` for the only one.
  /// - Throws: `Problem` 415 for a file that is not a supported image, 413 for one with too many pixels, 422 for a
  ///   broken one.
  static func png(of bytes: [UInt8], _ limits: ServerLimits, frame: Int? = nil) throws -> [UInt8] {
    do {
      // By its header: what is refused need not be decoded.
      let size = try ImageDecoder.size(of: bytes, name: "the image")
      guard size.width * size.height <= limits.uploadPixels else {
        throw Problem(
          413, "too_many_pixels", "Content too large", "At most \(limits.uploadPixels) pixels are accepted.")
      }
      let image = try ImageDecoder.decode(bytes, name: "the image", frame: frame).image
      return try ImageEncoder.png(image)
    } catch let fault as ImageFault {
      switch fault {
      case .tooLarge: throw Problem(413, "too_many_pixels", "Content too large", "\(fault).")
      case .empty, .notAnImage, .formatNotAccepted: throw Problem.unsupportedType(fault.description)
      default: break
      }
      throw Problem.unprocessable("unusable_image", fault.description)
    }
  }
}
