import Dermoscopy
import Foundation
import Records

extension RecordQuery {
  /// Whether an examination of a run matches, as every store must answer.
  package func matches(_ examination: StoredExamination, of run: Run) -> Bool {
    let report = examination.report
    // What failed was to be read as its run says.
    let known = (
      readingProtocol: report?.readingProtocol.id ?? run.provenance.protocolID,
      digest: report?.readingProtocol.digest ?? run.provenance.protocolDigest,
      model: report?.model.name ?? run.provenance.model, weights: report?.model.weights ?? run.provenance.weights
    )
    func holds<Value>(_ wanted: Value?, _ condition: (Value) -> Bool) -> Bool { wanted.map(condition) ?? true }
    return holds(imageName) { Self.contains(examination.imageName, $0) }
      && holds(imageDigest) { examination.imageDigest?.hasPrefix($0.lowercased()) ?? false }
      && holds(code) { report?.diagnosis?.code == $0 } && holds(agrees) { examination.agrees == $0 }
      && holds(flag) { examination.flags.contains($0) }
      && holds(isClean) { $0 ? report != nil && examination.flags.isEmpty : !examination.flags.isEmpty }
      && holds(isFailure) { (examination.failure != nil) == $0 }
      && holds(readingProtocol) { known.readingProtocol == $0 || known.digest.hasPrefix($0.lowercased()) }
      && holds(weights) { known.model == $0 || known.weights?.hasPrefix($0.lowercased()) ?? false }
      && holds(self.run) { examination.run == $0 }
      && holds(from) { examination.finished >= $0 } && holds(to) { examination.finished < $0 }
      && holds(text) { text in report?.description.map { Self.contains($0.cleaned, text) } ?? false }
  }

  /// Whether a text has a part, without regard to the case of ASCII letters.
  private static func contains(_ text: String, _ part: String) -> Bool {
    func folded(_ text: String) -> [UInt8] { text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 } }
    return part.isEmpty || !folded(text).ranges(of: folded(part)).isEmpty
  }
}
