import Digests
import Foundation
import Synchronization
import VisionLanguage

/// Finds the digests of a model's files in the background, remembered ones at once.
///
/// A remembered digest that was not confirmed for a day is confirmed now, while the model is in use: its file is read whole. If its bytes
/// are others although its state is the same, which takes a broken disk or a clock that was set back, the digest is forgotten and the
/// identity fails from then on.
final class WeightsIdentification: Sendable {
  /// Seconds after which a remembered digest is confirmed again.
  static let confirmationAge: Int64 = 86_400

  private let finding: Task<ModelIdentity, any Error>
  private let confirming: Task<Void, Never>
  private let refuted: Refutation

  /// What the confirmation found to be wrong.
  private final class Refutation: Sendable {
    let fault = Mutex<EngineFault?>(nil)
  }

  init(of files: OpenedWeights, name: String, engine: String, precision: ImagePrecision, memory: DigestMemory?) {
    let remembered = files.all.map { file in file.isUnchanged ? memory?.entry(of: file.state) : nil }
    finding = Task.detached {
      var digests: [SHA256Digest] = []
      for (file, known) in zip(files.all, remembered) {
        if let known {
          digests.append(known.digest)
          continue
        }
        let digest = try await file.digest()
        memory?.remember(digest, of: file.state)
        digests.append(digest)
      }
      var identity = Self.identity(of: files, digests: digests, name: name, engine: engine)
      identity.precision = precision
      return identity
    }
    let refuted = Refutation()
    self.refuted = refuted
    confirming = Task.detached(priority: .background) {
      for (file, known) in zip(files.all, remembered) {
        guard let memory, let known else { continue }
        let age = Int64(Date().timeIntervalSince1970) - known.confirmed
        guard !(0..<Self.confirmationAge).contains(age), let digest = try? await file.digest() else { continue }
        if digest == known.digest {
          memory.remember(digest, of: file.state)
        } else {
          memory.forget(file.state)
          refuted.fault.withLock { $0 = .otherBytes(path: file.path) }
        }
      }
    }
  }

  private static func identity(
    of files: OpenedWeights, digests: [SHA256Digest], name: String, engine: String
  ) -> ModelIdentity {
    let adapters = zip(files.adapters, digests.suffix(files.adapters.count)).map { adapter, digest in
      AdapterIdentity(name: adapter.name, digest: digest, scale: adapter.scale)
    }
    var identity = ModelIdentity(
      name: name, weights: digests[0], projector: files.projector == nil ? nil : digests[1], engine: engine)
    identity.adapters = adapters
    return identity
  }

  /// The identity; waits for digests that are not remembered.
  ///
  /// - Throws: an `EngineFault` when a file cannot be read, or its bytes are not those that were loaded; `CancellationError`.
  var value: ModelIdentity {
    get async throws {
      let identity = try await finding.value
      if let fault = refuted.fault.withLock({ $0 }) { throw fault }
      return identity
    }
  }

  /// Waits until remembered digests that are old were confirmed or refuted.
  func confirmed() async { await confirming.value }

  func cancel() {
    finding.cancel()
    confirming.cancel()
  }
}
