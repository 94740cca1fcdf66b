import Dermoscopy
import Foundation
import Imaging
import JSON

/// What a picture's change does to the answer.
public struct WhatIfAnswer: Sendable, Encodable {
  let name: String
  let image: DecodedImage
  let readingProtocol: ReadingProtocol
  /// About the picture as it is.
  public let before: AskedPicture
  /// About the changed picture.
  public let after: AskedPicture
  /// The changed picture, a JPEG.
  public let picture: [UInt8]
  /// The word that was printed; `nil` for other changes.
  public let word: String?

  /// What both cost together.
  public var counts: ExaminationCounts {
    var sum = before.counts
    sum += after.counts
    return sum
  }

  private enum CodingKeys: String, CodingKey {
    case image
    case readingProtocol = "protocol"
    case before, after
    case word, picture
  }

  /// Writes the answer; `picture` is a `data:` address.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(AskedImage(name: name, image), forKey: .image)
    try container.encode(readingProtocol.id, forKey: .readingProtocol)
    try container.encode(Side(asked: before, readingProtocol: readingProtocol), forKey: .before)
    try container.encode(Side(asked: after, readingProtocol: readingProtocol), forKey: .after)
    try container.encode(word, forKey: .word)
    try container.encode("data:image/jpeg;base64," + Data(picture).base64EncodedString(), forKey: .picture)
  }

  private struct Side: Encodable {
    let asked: AskedPicture
    let readingProtocol: ReadingProtocol

    enum CodingKeys: String, CodingKey {
      case code, probabilities, words, remembered, prompts, counts
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      let answer = asked.answer
      try container.encode(
        asked.probabilities.likeliest(of: readingProtocol.classification.codes)?.rawValue, forKey: .code)
      try container.encode(asked.probabilities, forKey: .probabilities)
      var words = container.nestedContainer(keyedBy: JSONKey.self, forKey: .words)
      for entry in answer.notes.entries { try words.encode(entry.observation.value, forKey: JSONKey(entry.question)) }
      try container.encode(asked.isRemembered, forKey: .remembered)
      try container.encode(asked.prompts, forKey: .prompts)
      try container.encode(asked.counts, forKey: .counts)
    }
  }
}

/// The original that a question is about.
struct AskedImage: Encodable {
  let name: String
  let sha256: String
  let width: Int
  let height: Int

  init(name: String, _ image: DecodedImage) {
    self.name = name
    sha256 = image.digest.hexadecimal
    (width, height) = (image.image.width, image.image.height)
  }
}
