import Foundation

/// Small pictures made byte by byte, so that tests need no files and no other program.
///
/// Unless said otherwise each is 24 × 16 pixels, and pixel (x, y) is `color(x, y)`.
package enum HandmadeImages {
  package static let width = 24
  package static let height = 16

  package static func color(_ x: Int, _ y: Int) -> [UInt8] { [UInt8(x * 10), UInt8(y * 15), 120] }

  package static var pixels: [UInt8] { (0..<height).flatMap { y in (0..<width).flatMap { x in color(x, y) } } }

  package static func repeated(_ bytes: [UInt8], _ times: Int) -> [UInt8] { (0..<times).flatMap { _ in bytes } }

  package static func bigEndian(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  package static func littleEndian(_ value: Int, _ bytes: Int) -> [UInt8] { bigEndian(value, bytes).reversed() }

  // MARK: PNG

  package static let pngMark: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A PNG of stored rows; `chunks` stand between header and picture.
  package static func png(
    width: Int = width, height: Int = height, depth: Int = 8, colorType: Int = 2, interlace: Int = 0,
    rows: [[UInt8]]? = nil, chunks: [[UInt8]] = []
  ) -> [UInt8] {
    let rows = rows ?? (0..<16).map { y in (0..<24).flatMap { x in color(x, y) } }
    let header = bigEndian(width, 4) + bigEndian(height, 4) + [UInt8(depth), UInt8(colorType), 0, 0, UInt8(interlace)]
    return pngMark + chunk("IHDR", header) + chunks.flatMap { $0 } + chunk("IDAT", stored(rows.flatMap { [0] + $0 }))
      + chunk("IEND", [])
  }

  package static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    bigEndian(data.count, 4) + Array(name.utf8) + data + bigEndian(Int(crc32(Array(name.utf8) + data)), 4)
  }

  package static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }

  /// zlib data of one stored block (RFC 1950, 1951); at most 65,535 bytes.
  package static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let (a, b) = bytes.reduce((1, 0)) { sums, byte in
      let a = (sums.0 + Int(byte)) % 65_521
      return (a, (sums.1 + a) % 65_521)
    }
    return [0x78, 0x01, 0x01] + littleEndian(bytes.count, 2) + littleEndian(~bytes.count, 2) + bytes
      + bigEndian(b << 16 | a, 4)
  }

  /// Raw deflate data of 258 × `repeats` + 1 zeros: one literal, then the longest match again and again.
  package static func deflatedZeros(repeats: Int) -> [UInt8] {
    var bits: [UInt8] = [1, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0]
    for _ in 0..<repeats { bits += [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0] }
    bits += [0, 0, 0, 0, 0, 0, 0]
    return stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | $1.element << UInt8($1.offset) }
    }
  }

  // MARK: BMP

  /// A BMP with the given rows as they stand in the file, each padded here to four bytes.
  package static func bmp(
    width: Int = width, height: Int = height, bits: Int = 24, compression: Int = 0, headerSize: Int = 40,
    masks: [Int] = [], palette: [[UInt8]] = [], rows: [[UInt8]]? = nil, data: [UInt8]? = nil, offset: Int? = nil
  ) -> [UInt8] {
    let rows = rows ?? (0..<16).reversed().map { y in (0..<24).flatMap { x in color(x, y).reversed() } }
    let pixels = data ?? rows.flatMap { $0 + [UInt8](repeating: 0, count: (4 - $0.count % 4) % 4) }
    var header = littleEndian(headerSize, 4)
    if headerSize == 12 {
      header += littleEndian(width, 2) + littleEndian(height, 2) + [1, 0] + littleEndian(bits, 2)
    } else {
      header += littleEndian(width, 4) + littleEndian(height, 4) + [1, 0] + littleEndian(bits, 2)
      header += littleEndian(compression, 4) + littleEndian(pixels.count, 4) + [UInt8](repeating: 0, count: 8)
      header += littleEndian(palette.count, 4) + littleEndian(0, 4)
    }
    header += masks.flatMap { littleEndian($0, 4) }
    header += [UInt8](repeating: 0, count: max(0, headerSize - header.count))
    header += palette.flatMap { $0 }
    let start = offset ?? 14 + header.count
    return Array("BM".utf8) + littleEndian(14 + header.count + pixels.count, 4) + [0, 0, 0, 0] + littleEndian(start, 4)
      + header + pixels
  }

  // MARK: TIFF

  package struct Field {
    package var type: Int
    package var values: [Int]

    package init(type: Int = 3, values: [Int]) { (self.type, self.values) = (type, values) }

    package static func short(_ values: Int...) -> Field { Field(values: values) }
    package static func long(_ values: Int...) -> Field { Field(type: 4, values: values) }
  }

  /// A little-endian TIFF of one strip at byte 8. `changes` replace fields, or take them away where `nil`.
  package static func tiff(
    _ changes: [Int: Field?] = [:], data: [UInt8]? = nil, next: (_ directory: Int) -> Int = { _ in 0 }
  ) -> [UInt8] {
    let data = data ?? pixels
    var fields: [Int: Field] = [
      256: .short(width), 257: .short(height), 258: .short(8, 8, 8), 259: .short(1), 262: .short(2), 273: .long(8),
      277: .short(3), 278: .short(height), 279: .long(data.count),
    ]
    for (tag, field) in changes { fields[tag] = field }
    var file: [UInt8] = [0x49, 0x49, 42, 0, 0, 0, 0, 0] + data
    if !file.count.isMultiple(of: 2) { file.append(0) }
    var directory = littleEndian(fields.count, 2)
    for (tag, field) in fields.sorted(by: { $0.key < $1.key }) {
      let size = [1: 1, 3: 2, 4: 4][field.type] ?? 1
      var value = field.values.flatMap { littleEndian($0, size) }
      if value.count > 4 {
        let start = file.count
        file += value
        value = littleEndian(start, 4)
      }
      value += [UInt8](repeating: 0, count: 4 - value.count)
      directory += littleEndian(tag, 2) + littleEndian(field.type, 2) + littleEndian(field.values.count, 4) + value
    }
    let start = file.count
    file.replaceSubrange(4..<8, with: littleEndian(start, 4))
    return file + directory + littleEndian(next(start), 4)
  }

  // MARK: Made once by Pillow, as no encoder of ours writes them

  package static func decoded(_ base64: String) -> [UInt8] { [UInt8](Data(base64Encoded: base64) ?? Data()) }

  /// Baseline, quality 50.
  package static var jpeg: [UInt8] {
    decoded(
      """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeX
      BkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAQ
      ABgDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhBy
      JxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKT
      lJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAA
      AAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRom
      JygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExc
      bHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDmorL2q5FZe1bEVl7VcisvatZ4o5sLjfMx4rL2orpIrL2orkli
      tT6Cljfd3P/Z
      """.filter { !$0.isWhitespace })
  }

  /// Progressive, quality 50.
  package static var progressiveJPEG: [UInt8] {
    decoded(
      """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeX
      BkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wgARCAAQ
      ABgDASIAAhEBAxEB/8QAFwAAAwEAAAAAAAAAAAAAAAAAAAMEBf/EABYBAQEBAAAAAAAAAAAAAAAAAAMCBf/aAAwDAQACEAMQAAABzHWOoozSC0
      P/xAAWEAADAAAAAAAAAAAAAAAAAAAAAQL/2gAIAQEAAQUCUCgUCgUCg//EABcRAAMBAAAAAAAAAAAAAAAAAAACAyH/2gAIAQMBAT8BlYW2H//E
      ABYRAAMAAAAAAAAAAAAAAAAAAAABA//aAAgBAgEBPwF1HU//xAAUEAEAAAAAAAAAAAAAAAAAAAAg/9oACAEBAAY/Al//xAAUEAEAAAAAAAAAAA
      AAAAAAAAAg/9oACAEBAAE/IUAB/9oADAMBAAIAAwAAABD/AN//xAAWEQEBAQAAAAAAAAAAAAAAAAAAUWH/2gAIAQMBAT8Q1XP/xAAVEQEBAAAA
      AAAAAAAAAAAAAAAAIf/aAAgBAgEBPxBUf//EABUQAQEAAAAAAAAAAAAAAAAAAABh/9oACAEBAAE/EJpppppv/9k=
      """.filter { !$0.isWhitespace })
  }

  /// 16 × 16, no cyan, full magenta and yellow, no black; with Adobe's marker, which says that inks are stored inverted.
  package static var cmykJPEG: [UInt8] {
    decoded(
      """
      /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQCwwODAoQDg0OEhEQExgoGhgWFhgxIyUdKDozPTw5Mzg3QEhcTkBEV0U3OFBtUVdfYmdoZz5NcXlwZH
      hcZWdj/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQEC
      AwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dX
      Z3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4E
      QwBNAFkASwAAPwD0CvP68/r0Ciiiiiiiiiiiiv/Z
      """.filter { !$0.isWhitespace })
  }

  package static var lossyWebP: [UInt8] {
    decoded(
      """
      UklGRnYAAABXRUJQVlA4IGoAAACwAwCdASoYABAAPm0uk0WkIqGYBABABsS2AE6ZQjubyUAwguLtAAD+/GtPC42BkoVPbwjea0NH/wWWS5Wqp2
      jZbbvuid/l/45uSkS6NfQl/zXYPp/wj8vkArpEBYfe9Jtlf0HfjK9v7yAA
      """.filter { !$0.isWhitespace })
  }

  package static var losslessWebP: [UInt8] {
    decoded("UklGRi4AAABXRUJQVlA4TCIAAAAvF8ADALkyRPQ/dhHR/wCRtk0d3L/jwcNRGLyYAKoeqP8E")
  }

  /// Two frames: (200, 120, 80) everywhere, then blue.
  package static var animatedWebP: [UInt8] {
    decoded(
      """
      UklGRoYAAABXRUJQVlA4WAoAAAACAAAAFwAADwAAQU5JTQYAAAAAAAAAAABBTk1GKgAAAAAAAAAAABcAAA8AAGQAAAJWUDhMEQAAAC8XwAMAB1
      C8Iheq/4GI6H8AAEFOTUYoAAAAAAAAAAAAFwAADwAAZAAAAFZQOEwPAAAALxfAAwAHENH//gciov8BAA==
      """.filter { !$0.isWhitespace })
  }

  /// (200, 120, 80) in the left half; the right half is transparent.
  package static var transparentWebP: [UInt8] {
    decoded("UklGRigAAABXRUJQVlA4TBsAAAAvF8ADEA8weIM8UPMf8BASEB74v1a3IKL/kcwA")
  }

  /// A JPEG with one more segment, right after its start.
  package static func jpeg(_ jpeg: [UInt8], withSegment marker: UInt8, _ data: [UInt8]) -> [UInt8] {
    Array(jpeg.prefix(2)) + [0xFF, marker] + bigEndian(data.count + 2, 2) + data + jpeg.dropFirst(2)
  }

  /// EXIF with an orientation.
  package static func exif(orientation: Int) -> [UInt8] {
    Array("Exif".utf8) + [0, 0, 0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0]
      + littleEndian(orientation, 4) + [0, 0, 0, 0]
  }

  /// Where a JPEG's segment of a kind begins, at its marker; its length follows at + 2.
  package static func segment(_ marker: UInt8, in jpeg: [UInt8]) -> Int {
    var offset = 2
    while offset + 4 < jpeg.count {
      if jpeg[offset + 1] == marker { return offset }
      offset += 2 + Int(jpeg[offset + 2]) << 8 + Int(jpeg[offset + 3])
    }
    return 0
  }
}
