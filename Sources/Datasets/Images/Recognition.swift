import Imaging

/// Distinguishes images from other files by their first bytes.
enum Recognition {
  static let bytesNeeded = RecognisedFormat.bytesNeeded

  /// Why a file that begins so is not read; `nil` for an image.
  static func reason(notToRead bytes: some Sequence<UInt8>) -> String? {
    switch RecognisedFormat(bytes) {
    case .accepted: nil
    case .unsupported(let format): format.explanation
    case .unknown: "no picture"
    }
  }
}
