import CLlama
import Foundation

extension UnsafeBufferPointer<Float> {
  /// The logarithm of the sum of the exponentials, in double precision; for finite logits.
  var logSumExp: Double {
    guard let highest = self.max() else { return 0 }
    let peak = Double(highest)
    var sum = 0.0
    for logit in self { sum += exp(Double(logit) - peak) }
    return peak + log(sum)
  }

  /// A token's log-probability, given the logits' `logSumExp`. A token outside the vocabulary has none.
  func logProbability(of token: llama_token, normaliser: Double) -> Double {
    guard token >= 0, Int(token) < count else { return -.infinity }
    return Double(self[Int(token)]) - normaliser
  }

  /// A hash of all bits (FNV-1a over 32-bit words): equal for equal bits, otherwise different except by chance.
  var foldedBits: UInt64 {
    reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
  }
}
