import Dermoscopy
import Imaging
import Perturbations
import Synchronization
import Validation
import VisionLanguage

/// Measures what the parts of an audit take on this machine.
struct AuditMeasurement: Sendable {
  let reader: AuditReader
  let parallel: Int

  /// Nothing that an arm shows, so that the engine remembers nothing of the audit's own pictures afterwards.
  private static let change = PictureChange.brightness(factor: 0.997)

  private struct Sums {
    var parts = AuditTiming(picture: 0, view: 0, review: 0, text: 0)
    var images = 0
  }

  /// The timing on the first images that can be read.
  ///
  /// - Returns: `nil` if none of them can be read.
  /// - Throws: a `Fault` that concerns all images; `CancellationError`.
  func timing(_ samples: [Sample]) async throws -> AuditTiming? {
    let sums = Mutex(Sums())
    let started = ContinuousClock.now
    try await spread(samples).forEachConcurrently(limit: parallel) { sample in
      try await measured(sample)
    } ended: { _, parts in
      guard let parts else { return }
      sums.withLock { sums in
        sums.images += 1
        sums.parts.picture += parts.picture
        sums.parts.view += parts.view
        sums.parts.review += parts.review
        sums.parts.text += parts.text
      }
    }
    let wall = (ContinuousClock.now - started) / .seconds(1)
    let (parts, images) = sums.withLock { ($0.parts, $0.images) }
    let all = parts.picture + parts.view + parts.review + parts.text
    guard images > 0, all > 0 else { return nil }
    // What ran beside each other took less than the sum.
    let share = wall / all / Double(images)
    return AuditTiming(
      picture: parts.picture * share, view: parts.view * share, review: parts.review * share, text: parts.text * share)
  }

  /// Images from the beginning, the middle and the end.
  private func spread(_ samples: [Sample]) -> [Sample] {
    let count = min(AuditTiming.images, samples.count)
    return (0..<count).map { samples[($0 * 2 + 1) * samples.count / (2 * count)] }
  }

  private func measured(_ sample: Sample) async throws -> AuditTiming? {
    guard case .file(let path) = sample.source,
      let decoded = try? ImageDecoder.decode(fileAt: path, dicom: reader.dicom)
    else { return nil }
    let probe = reader.probe(decoded.digest)
    var timing = AuditTiming(picture: 0, view: 0, review: 0, text: 0)
    var mark = ContinuousClock.now
    func lap() -> Double {
      defer { mark = .now }
      return (ContinuousClock.now - mark) / .seconds(1)
    }
    guard let subject = try? PerturbationSubject(original: decoded.image) else { return nil }
    mark = .now
    let view = try await reader.model.encode(try reader.prepared(try subject.changed(by: Self.change)))
    do {
      let answer = try await probe.examine(view, words: .likeliest)
      timing.picture = lap()
      _ = try await probe.examine(view, words: .drawn)
      timing.view = lap()
      if reader.readingProtocol.review != nil {
        _ = try await probe.review(answer.notes, view)
        timing.review = lap()
      }
      if reader.readingProtocol.classification.method != .scored {
        _ = try await probe.classify(answer.notes, answer.description)
        timing.text = lap()
      }
      await view.close()
    } catch {
      await view.close()
      throw error
    }
    return timing
  }
}
