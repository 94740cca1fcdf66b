import Foundation

/// Which processors this thread may use, a bit each. glibc shows these two calls to Swift by name only.
enum Affinity {
  private typealias Call = @convention(c) (Int32, Int, UnsafeMutableRawPointer) -> Int32

  private static func call(_ name: String, _ mask: inout [UInt8]) {
    guard let address = dlsym(nil, name) else { return }
    let count = mask.count
    _ = mask.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { unsafeBitCast(address, to: Call.self)(0, count, $0) }
    }
  }

  static var current: [UInt8] {
    var mask = [UInt8](repeating: 0, count: 128)
    call("sched_getaffinity", &mask)
    return mask
  }

  static func set(_ mask: [UInt8]) {
    var mask = mask
    call("sched_setaffinity", &mask)
  }

  static func pin(toFirstOf mask: [UInt8]) {
    guard let place = mask.firstIndex(where: { $0 != 0 }) else { return }
    var one = [UInt8](repeating: 0, count: mask.count)
    one[place] = mask[place] & (0 &- mask[place])
    set(one)
  }
}
