import Foundation

/// Which files of a folder were opened, by anybody, since this was made; the kernel counts (inotify).
final class OpenedFiles {
  private let descriptor: Int32

  /// Begins to watch a folder; `nil` where the system has no watch left.
  init?(in folder: String) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK))
    guard descriptor >= 0, inotify_add_watch(descriptor, folder, UInt32(IN_OPEN)) >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Names of the files that were opened since the last call.
  func names() -> Set<String> {
    var names: Set<String> = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let head = MemoryLayout<inotify_event>.size
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return names }
      var place = 0
      while place + head <= count {
        // A number of four bytes, three more of which the last is the length of the name behind them.
        let length = buffer[place + 12..<place + 16].reversed().reduce(0) { $0 << 8 | Int($1) }
        let name = buffer[place + head..<min(place + head + length, count)].prefix { $0 != 0 }
        // Opening the folder itself has no name.
        if !name.isEmpty { names.insert(String(decoding: name, as: UTF8.self)) }
        place += head + length
      }
    }
  }
}
