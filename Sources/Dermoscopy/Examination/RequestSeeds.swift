import Digests

/// The seed of each answer's random numbers: derived from the examination's seed, the image and the question, never
/// from the order of arrival.
struct RequestSeeds: Sendable {
  /// The version of the derivation; a change to it needs a new name.
  private static let derivation = "dermgemma-seed/1"

  let seed: UInt64
  let image: SHA256Digest

  /// The first four bytes, big-endian, of the SHA-256 of everything that identifies the request, one item per line.
  func seed(for phase: ExaminationPhase, question: String = "") -> UInt32 {
    let lines = [Self.derivation, String(seed), image.hexadecimal, phase.rawValue, question]
    let digest = SHA256Digest(of: Array(lines.joined(separator: "\n").utf8))
    return digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }
}
