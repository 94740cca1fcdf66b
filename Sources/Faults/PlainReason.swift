import Foundation

/// Why an operation on a file failed, in the operating system's words where it has some ("Not a directory"): Foundation's own
/// text may be no more than a domain and a number.
///
/// - Parameters:
///   - error: what Foundation threw.
///   - path: the file or folder that it was about.
/// - Returns: one line without the path.
public func plainReason(of error: any Error, at path: String) -> String {
  var cause = error as NSError
  // An error, its cause, the cause's cause and so on; Foundation's chains are short.
  for _ in 0..<8 where cause.domain != NSPOSIXErrorDomain {
    guard let underlying = cause.userInfo[NSUnderlyingErrorKey] as? NSError else { break }
    cause = underlying
  }
  if cause.domain == NSPOSIXErrorDomain, let code = Int32(exactly: cause.code) {
    return String(cString: strerror(code))
  }
  // If Foundation has no cause, the path may show one: a component that is not a folder, or a loop of links.
  var status = stat()
  if lstat(path, &status) != 0, errno != ENOENT { return String(cString: strerror(errno)) }
  return error.localizedDescription
}
