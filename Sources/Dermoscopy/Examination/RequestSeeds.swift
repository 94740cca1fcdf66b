import Digests

/// Where each answer's random numbers begin: derived from the examination's seed, the image and the question, never
/// from the order in which anything arrived.
struct RequestSeeds: Sendable {
  /// The derivation's name; another one would be another name.
  private static let derivation = "dermgemma-seed/1"

  let seed: UInt64
  let image: SHA256Digest

  /// The first four bytes, the highest first, of the SHA-256 of all that makes the request what it is, one a line.
  func seed(for phase: ExaminationPhase, question: String = "") -> UInt32 {
    let lines = [Self.derivation, String(seed), image.hexadecimal, phase.rawValue, question]
    let digest = SHA256Digest(of: Array(lines.joined(separator: "\n").utf8))
    return digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }
}
