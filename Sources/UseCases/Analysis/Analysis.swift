import Concurrency
import Dermoscopy
import Faults
import Foundation
import Records
import Validation

/// Reads many images, several at once; each result is stored, and then reported in the order of the inputs.
public struct Analysis: Sendable {
  /// Reads one image.
  public typealias Reading = @Sendable (AnalysisInput, ExaminationLog) async throws -> ExaminationReport

  private let parallel: Int
  private let recorder: RunRecorder?
  private let observer: any AnalysisObserver
  private let read: Reading
  private let stored: Stored

  /// Gives the report of an image that was read before; `nil` for one that is to be read.
  public typealias Stored = @Sendable (AnalysisInput) async throws -> ExaminationReport?

  /// An analysis.
  ///
  /// - Parameters:
  ///   - parallel: how many images are read at once; at least 1.
  ///   - recorder: what stores the examinations; `nil` to store none.
  ///   - observer: receives the results.
  ///   - stored: gives what is told of an image that is not read again; by default every image is read.
  ///   - read: reads an image.
  public init(
    parallel: Int, recorder: RunRecorder?, observer: any AnalysisObserver, stored: @escaping Stored = { _ in nil },
    read: @escaping Reading
  ) {
    self.stored = stored
    self.parallel = parallel
    self.recorder = recorder
    self.observer = observer
    self.read = read
  }

  /// Reads images, and records how the run ended.
  ///
  /// - Returns: the kind of the worst failure of an image; `nil` without one.
  /// - Throws: faults that concern all images: broken weights, output that cannot be written, interruption.
  public func run(_ inputs: [AnalysisInput]) async throws -> FaultKind? {
    do {
      let worst = try await readAll(inputs)
      try await recorder?.end(.finished)
      return worst
    } catch {
      // The fault that stopped the run takes precedence over a database that cannot record it.
      try? await recorder?.end(RunRecorder.state(after: error))
      throw error
    }
  }

  private func readAll(_ inputs: [AnalysisInput]) async throws -> FaultKind? {
    var worst: FaultKind?
    var early: [Int: AnalysisOutcome] = [:]
    var told = 0
    try await inputs.indices.forEachConcurrently(limit: parallel) { index in
      try await outcome(of: inputs[index], number: index + 1, of: inputs.count)
    } ended: { index, outcome in
      early[index] = outcome
      while let outcome = early.removeValue(forKey: told) {
        try observer.ended(outcome)
        if case .failure(_, let fault) = outcome { worst = Self.worse(worst, fault.kind) }
        told += 1
      }
    }
    return worst
  }

  /// The outcome of an input, stored.
  private func outcome(of input: AnalysisInput, number: Int, of count: Int) async throws -> AnalysisOutcome {
    if let report = try await stored(input) { return .report(report) }
    let start = ContinuousClock.now
    let outcome = try await reading(of: input, number: number, of: count)
    let elapsed = (ContinuousClock.now - start) / .milliseconds(1)
    let position = input.position ?? number - 1
    let digest = input.digest.flatMap { $0.isEmpty ? nil : $0 }
    switch outcome {
    case .report(let report):
      try await recorder?.keep(report, at: position, elapsed: elapsed, metadata: input.metadata)
    case .failure(let name, let fault):
      try await recorder?.keep(
        ExaminationFailure(fault), of: name, digest: digest, at: position, elapsed: elapsed, metadata: input.metadata)
    }
    return outcome
  }

  private func reading(of input: AnalysisInput, number: Int, of count: Int) async throws -> AnalysisOutcome {
    try Task.checkCancellation()
    let log = ExaminationLog()
    let following = Task { await observer.follow(log, of: input, number: number, of: count) }
    defer { following.cancel() }
    do {
      let report = try await read(input, log)
      if let digest = input.digest, report.image.sha256 != digest { throw ChangedImage(name: input.name) }
      return .report(report)
    } catch let fault as any Fault where fault.failsAlone {
      return .failure(name: input.name, fault)
    }
  }

  /// An unusable input takes precedence over a missing one: exit status 65 is documented "also when others succeeded".
  private static func worse(_ first: FaultKind?, _ second: FaultKind) -> FaultKind {
    first == .unusableInput ? .unusableInput : second
  }
}
