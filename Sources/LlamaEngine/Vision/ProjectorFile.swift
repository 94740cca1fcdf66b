import CLlama
import Foundation
import Weights

/// The file that mtmd loads a projector from: the user's own or, where that has a tower for sound too, a copy in memory without it.
/// mtmd reads all that it needs of it at once.
final class ProjectorFile {
  /// What mtmd opens.
  let path: String
  private let descriptor: Int32?
  /// `MFD_CLOEXEC`, which Swift's Glibc module does not show.
  private static let closeOnExec: UInt32 = 1

  /// - Throws: `EngineFault.unreadableWeights` when there can be no copy; `WeightsFault` when the file cannot be read any more.
  init(_ weights: ProjectorWeights) throws {
    guard weights.hasSound else {
      path = weights.path
      self.descriptor = nil
      return
    }
    let descriptor = dermgemma_memory_file("projector", Self.closeOnExec)
    guard descriptor >= 0 else {
      throw EngineFault.unreadableWeights(
        path: weights.path, reason: "no file in memory: \(String(cString: strerror(errno)))")
    }
    // Freed by `deinit`, whatever happens from here on.
    path = "/proc/self/fd/\(descriptor)"
    self.descriptor = descriptor
    try weights.writeWithoutSound(to: descriptor)
  }

  deinit {
    if let descriptor { close(descriptor) }
  }
}
