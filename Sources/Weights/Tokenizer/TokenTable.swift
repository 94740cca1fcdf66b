/// Checks the token table: finds duplicate pieces, missing bytes and the markers, in one pass and a sort.
///
/// Pieces are compared byte by byte. `String` treats the two encodings of "é" as equal, and a vocabulary may hold
/// both.
struct TokenTable {
  private let kind: TokenizerRules.Kind
  private let markers: [[UInt8]: String]
  private let markerLengths: Set<Int>
  private var keys: [(hash: UInt64, index: Int)] = []
  private var hasByte = [Bool](repeating: false, count: 256)
  /// The markers found so far, with their identifiers.
  private(set) var found: [String: Int] = [:]

  init(_ kind: TokenizerRules.Kind, markers: [String]) {
    self.kind = kind
    self.markers = Dictionary(markers.map { (Array($0.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    markerLengths = Set(markers.map(\.utf8.count))
  }

  /// Takes the next piece.
  ///
  /// - Parameter isByte: whether its type says that it stands for a byte.
  /// - Returns: what is wrong with it, if anything.
  mutating func add(_ bytes: [UInt8], _ range: Range<Int>, index: Int, isByte: Bool) -> String? {
    guard !range.isEmpty else { return "is empty" }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for byte in bytes[range] {
      // llama.cpp would cut the piece at this byte and then find two the same.
      if byte == 0 { return "holds a zero byte" }
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    keys.append((hash, index))
    if kind == .bytePairs {
      // llama.cpp reads a byte's number from such a piece, which this kind does not have.
      if isByte { return "is of the type for bytes, which its kind of tokenizer does not have" }
      if let byte = ByteAlphabet.byte(of: bytes[range]) { hasByte[Int(byte)] = true }
      if markerLengths.contains(range.count), let marker = markers[Array(bytes[range])] { found[marker] = index }
    } else if let byte = Self.byte(bytes[range]) {
      hasByte[Int(byte)] = true
    } else if isByte {
      return "is of the type for bytes, but not written \"<0x00>\" to \"<0xFF>\""
    } else if range.count == 1 {
      hasByte[Int(bytes[range.lowerBound])] = true
    } else if markerLengths.contains(range.count), let marker = markers[Array(bytes[range])] {
      found[marker] = index
    }
    return nil
  }

  /// The byte that "<0x0A>" stands for, with the capital digits that llama.cpp looks for.
  private static func byte(_ piece: ArraySlice<UInt8>) -> UInt8? {
    guard piece.count == 6, piece.starts(with: [0x3c, 0x30, 0x78]), piece.last == 0x3e else { return nil }
    var value: UInt8 = 0
    for digit in piece.dropFirst(3).dropLast() {
      switch digit {
      case 0x30...0x39: value = value << 4 | (digit - 0x30)
      case 0x41...0x46: value = value << 4 | (digit - 0x41 + 10)
      default: return nil
      }
    }
    return value
  }

  /// The first byte that no piece stands for, as a message shows it.
  var firstMissingByte: String? {
    hasByte.firstIndex(of: false).map { "0x" + String($0, radix: 16) }
  }

  /// Two equal pieces, if there are any.
  func firstDuplicate(_ pieces: GGUFStrings) -> (Int, Int)? {
    func bytes(_ index: Int) -> ArraySlice<UInt8> { pieces.bytes[pieces.range(of: index)] }
    // Equal hashes are told apart by the bytes, so crafted collisions cost a slower sort and nothing else.
    let sorted = keys.sorted { left, right in
      if left.hash != right.hash { return left.hash < right.hash }
      return bytes(left.index).lexicographicallyPrecedes(bytes(right.index))
    }
    for (left, right) in zip(sorted, sorted.dropFirst())
    where left.hash == right.hash && bytes(left.index) == bytes(right.index) {
      return (min(left.index, right.index), max(left.index, right.index))
    }
    return nil
  }
}
