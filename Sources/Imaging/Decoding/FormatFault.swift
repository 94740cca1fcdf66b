import DICOM
import TextOutput

/// What is wrong with a file, without its name, which the caller adds.
enum FormatFault: Error, Equatable {
  case endsEarly(String)
  case damaged(String)
  case featureNotAccepted(String)
  case formatNotAccepted(UnsupportedFormat)
  case tooLarge(width: Int, height: Int)
  case tooSmall(width: Int, height: Int)
  case frameNotChosen(count: Int)
  case noSuchFrame(number: Int, count: Int)
  /// libvips here lacks the module for the format.
  case moduleMissing
  case inconsistent(String)

  init(_ fault: DICOMFault) {
    self =
      switch fault {
      case .endsEarly(let detail): .endsEarly(detail)
      case .damaged(let reason): .damaged(reason)
      case .notAccepted(let feature): .featureNotAccepted(feature)
      case .frameNotChosen(let count): .frameNotChosen(count: count)
      case .noSuchFrame(let number, let count): .noSuchFrame(number: number, count: count)
      }
  }

  func fault(name: String, format: ImageFormat) -> ImageFault {
    switch self {
    case .endsEarly(let detail): .endsEarly(name: name, format: format, detail: detail)
    case .damaged(let reason): .damaged(name: name, format: format, reason: reason)
    case .featureNotAccepted(let feature): .featureNotAccepted(name: name, format: format, feature: feature)
    case .formatNotAccepted(let other): .formatNotAccepted(name: name, format: other)
    case .tooLarge(let width, let height): .tooLarge(name: name, width: width, height: height)
    case .tooSmall(let width, let height): .tooSmall(name: name, width: width, height: height)
    case .frameNotChosen(let count): .frameNotChosen(name: name, count: count)
    case .noSuchFrame(let number, let count): .noSuchFrame(name: name, number: number, count: count)
    case .moduleMissing: .moduleMissing(name: name, format: format)
    case .inconsistent(let what): .inconsistent(what)
    }
  }

  /// The file is shorter than it claims.
  static func ends(after count: Int, of expected: some BinaryInteger) -> FormatFault {
    .endsEarly("\(grouped(count)) of \(grouped(expected)) bytes")
  }
}
