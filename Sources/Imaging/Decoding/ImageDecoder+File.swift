import DICOM
import Faults
import Foundation

extension ImageDecoder {
  /// Reads and decodes a file.
  ///
  /// Only a regular file is read: a folder, a pipe or a device is refused without waiting for it.
  ///
  /// - Parameters:
  ///   - path: as `FileName` writes it; also what errors call the file.
  ///   - dicom: what is wanted of a DICOM file.
  /// - Throws: `ImageFault`: `.unreadable` (kind `missingInput`) when there is no such file, it may not be read, it is
  ///   not regular, or it changes while it is read; otherwise what ``decode(_:name:dicom:)`` throws.
  public static func decode(
    fileAt path: String, dicom: DICOMOptions = DICOMOptions()
  ) throws(ImageFault) -> DecodedImage {
    try decode(try bytes(ofFileAt: path), name: path, dicom: dicom)
  }

  /// Reads a file's bytes, as ``decode(fileAt:dicom:)`` does.
  ///
  /// - Parameter path: as `FileName` writes it; also what errors call the file.
  /// - Throws: `ImageFault`: `.unreadable`, `.empty` or `.fileTooLarge`.
  public static func bytes(ofFileAt path: String) throws(ImageFault) -> [UInt8] {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    let file = FileName.withPath(path) { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else { throw .unreadable(name: path, reason: lastError()) }
    defer { close(file) }
    let before = try status(of: file, path)
    guard before.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(name: path, reason: "it is \(kind(before.st_mode)), not a file")
    }
    guard before.st_size > 0 else { throw .empty(name: path) }
    guard before.st_size <= ImageLimits.fileBytes else {
      throw .fileTooLarge(name: path, byteCount: Int(before.st_size))
    }

    let size = Int(before.st_size)
    var failure: String?
    // One extra byte shows whether the file grew.
    let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, initialized in
      while initialized <= size {
        let count = read(file, buffer.baseAddress?.advanced(by: initialized), size + 1 - initialized)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = lastError() }
        if count <= 0 { return }
        initialized += count
      }
    }
    if let failure { throw .unreadable(name: path, reason: failure) }
    let after = try status(of: file, path)
    guard bytes.count == size, after.st_size == before.st_size, after.st_mtim.tv_sec == before.st_mtim.tv_sec,
      after.st_mtim.tv_nsec == before.st_mtim.tv_nsec
    else { throw .unreadable(name: path, reason: "it changed while it was read") }
    return bytes
  }

  private static func status(of file: Int32, _ path: String) throws(ImageFault) -> stat {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(name: path, reason: lastError()) }
    return status
  }

  private static func kind(_ mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "something special"
    }
  }

  private static func lastError() -> String { String(cString: strerror(errno)) }
}

extension RecognisedFormat {
  /// Looks at the beginning of a regular file; `nil` for what is none, or may not be read.
  public init?(fileAt path: String) {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var isReadable = true
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.bytesNeeded) { buffer, initialized in
      while initialized < Self.bytesNeeded {
        let count = read(file, buffer.baseAddress?.advanced(by: initialized), Self.bytesNeeded - initialized)
        if count < 0, errno == EINTR { continue }
        if count < 0 { isReadable = false }
        if count <= 0 { return }
        initialized += count
      }
    }
    guard isReadable else { return nil }
    self.init(bytes)
  }
}
