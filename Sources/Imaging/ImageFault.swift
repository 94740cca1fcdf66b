import Faults
import TextOutput

/// Why an image could not be read, prepared or written.
public enum ImageFault: Fault, Equatable {
  /// There is no file, it may not be read, it is not a regular file, or it changed while it was read.
  case unreadable(name: String, reason: String)
  /// There are no bytes at all.
  case empty(name: String)
  /// The bytes do not begin like any known picture format.
  case notAnImage(name: String)
  /// The bytes are of a known kind that is not read.
  case formatNotAccepted(name: String, format: UnsupportedFormat)
  /// There are more bytes than `ImageLimits.fileBytes`.
  case fileTooLarge(name: String, byteCount: Int)
  /// The header declares more pixels, or a longer side, than `ImageLimits` allow.
  case tooLarge(name: String, width: Int, height: Int)
  /// The header declares fewer than `ImageLimits.shortestSide` pixels on a side.
  case tooSmall(name: String, width: Int, height: Int)
  /// The file stops before the picture is complete.
  case endsEarly(name: String, format: ImageFormat, detail: String)
  /// The file contradicts itself or its picture cannot be decoded.
  case damaged(name: String, format: ImageFormat, reason: String)
  /// The file is sound but uses something that is not read.
  case featureNotAccepted(name: String, format: ImageFormat, feature: String)
  /// A DICOM file has several frames, and none was chosen.
  case frameNotChosen(name: String, count: Int)
  /// The chosen frame is not in the DICOM file.
  case noSuchFrame(name: String, number: Int, count: Int)
  /// libvips, as it is installed here, lacks the module for the format.
  case moduleMissing(name: String, format: ImageFormat)
  /// A picture was to be prepared to a size outside `ImageLimits.preparedSide`.
  case preparedSizeNotAccepted(width: Int, height: Int)
  /// A picture was to be prepared with a contrast that is not a number from 0 to `ImageLimits.contrast`.
  case contrastNotAccepted(Double)
  /// A picture could not be written in a format.
  case notEncodable(format: ImageFormat, width: Int, height: Int)
  /// A mistake of ours.
  case inconsistent(String)

  /// `missingInput` for what cannot be read at all, `bug` for our own mistakes, otherwise `unusableInput`.
  public var kind: FaultKind {
    switch self {
    case .unreadable: .missingInput
    case .notEncodable, .inconsistent: .bug
    default: .unusableInput
    }
  }

  /// One line: the file's name, then what is wrong with it.
  public var description: String {
    switch self {
    case .unreadable(let name, let reason): "\(shown(name)): cannot be read (\(reason))"
    case .empty(let name): "\(shown(name)): the file is empty"
    case .notAnImage(let name): "\(shown(name)): not an image; use \(ImageFormat.acceptedNames)"
    case .formatNotAccepted(let name, let format): "\(shown(name)): \(format.explanation)"
    case .fileTooLarge(let name, let count):
      "\(shown(name)): \(grouped(count)) bytes are too many; at most \(grouped(ImageLimits.fileBytes)) are read"
    case .tooLarge(let name, let width, let height):
      "\(shown(name)): \(grouped(width)) × \(grouped(height)) pixels are too many; at most "
        + "\(grouped(ImageLimits.pixels)), and \(grouped(ImageLimits.longestSide)) on a side, are read"
    case .tooSmall(let name, let width, let height):
      "\(shown(name)): \(width) × \(height) pixels are too few; at least "
        + "\(ImageLimits.shortestSide) × \(ImageLimits.shortestSide) are needed"
    case .endsEarly(let name, let format, let detail): "\(shown(name)): \(format) ends too early (\(detail))"
    case .damaged(let name, let format, let reason): "\(shown(name)): \(format) is damaged (\(reason))"
    case .featureNotAccepted(let name, let format, let feature):
      "\(shown(name)): \(format) with \(feature) is not accepted"
    case .frameNotChosen(let name, let count):
      "\(shown(name)): \(grouped(count)) frames in one DICOM file; choose one with --frame N"
    case .noSuchFrame(let name, let number, let count):
      "\(shown(name)): there is no frame \(grouped(number)); the DICOM file has \(grouped(count))"
    case .moduleMissing(let name, let format):
      "\(shown(name)): \(format) cannot be read here, because libvips' module for it is not installed (Debian's package "
        + "libvips42 has it); convert it to JPEG or PNG"
    case .preparedSizeNotAccepted(let width, let height):
      "an image cannot be prepared to \(width) × \(height) pixels; each side is "
        + "\(ImageLimits.preparedSide.lowerBound) to \(grouped(ImageLimits.preparedSide.upperBound))"
    case .contrastNotAccepted(let factor):
      "an image cannot be prepared with a contrast of \(factor); it is 0 to \(Int(ImageLimits.contrast))"
    case .notEncodable(let format, let width, let height):
      "a picture of \(grouped(width)) × \(grouped(height)) pixels could not be written as \(format)"
    case .inconsistent(let what): what
    }
  }
}

/// A name fit for one line of a terminal or a log: control characters and invisible separators become `?`.
private func shown(_ name: String) -> String {
  name.isEmpty ? "image" : Sanitizer.message(name)
}
