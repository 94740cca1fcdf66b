import Foundation

/// Why an operation on a file failed, in the operating system's words where it has some ("Not a directory"): Foundation's own
/// text may be no more than a domain and a number.
///
/// - Parameter error: what Foundation threw.
/// - Returns: one line without the path.
public func plainReason(of error: any Error) -> String {
  var cause = error as NSError
  // An error and its cause, and the cause's: no chain of Foundation's is longer than a few.
  for _ in 0..<8 where cause.domain != NSPOSIXErrorDomain {
    guard let underlying = cause.userInfo[NSUnderlyingErrorKey] as? NSError else { break }
    cause = underlying
  }
  guard cause.domain == NSPOSIXErrorDomain, let code = Int32(exactly: cause.code) else {
    return error.localizedDescription
  }
  return String(cString: strerror(code))
}
