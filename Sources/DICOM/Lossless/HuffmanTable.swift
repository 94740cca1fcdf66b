/// Codes of a JPEG's Huffman table (ITU-T T.81, annex C), looked up by the next 16 bits.
struct HuffmanTable {
  /// What a DHT segment says: how many codes of each length, and what they stand for.
  struct Definition {
    let counts: [UInt8]
    let values: [UInt8]
  }

  /// For each 16 bits, the length of the code that they begin with and its value; 0 for none.
  private var codes = [UInt16](repeating: 0, count: 1 << 16)

  /// - Throws: `DICOMFault` when the lengths make no code.
  init(_ definition: Definition) throws(DICOMFault) {
    var (first, index) = (0, 0)
    for (place, count) in definition.counts.enumerated() {
      let span = 1 << (15 - place)
      for _ in 0..<Int(count) {
        guard first + span <= codes.count, index < definition.values.count else {
          throw .damaged("a Huffman table of its JPEG has more codes than there can be")
        }
        let code = UInt16(place + 1) << 8 | UInt16(definition.values[index])
        for entry in first..<first + span { codes[entry] = code }
        first += span
        index += 1
      }
    }
  }

  /// Takes a code.
  ///
  /// - Returns: its value, or `nil` when the next bits are none.
  func value(_ bits: inout EntropyBits) -> Int? {
    let code = codes[bits.peek(16)]
    guard code != 0 else { return nil }
    bits.skip(Int(code >> 8))
    return Int(code & 0xFF)
  }
}
