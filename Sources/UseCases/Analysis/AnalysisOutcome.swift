import Dermoscopy
import Faults

/// How an image's analysis ended.
public enum AnalysisOutcome: Sendable {
  /// With a report.
  case report(ExaminationReport)
  /// The image could not be read, and failed alone; its name, and why.
  case failure(name: String, any Fault)
}

/// Receives the progress and results of an analysis; a front end shows them.
public protocol AnalysisObserver: Sendable {
  /// The model is about to be loaded.
  func modelIsLoading()

  /// Some images were read before, and are not read again; how many of how many.
  func isContinued(read: Int, of count: Int)

  /// Follows an image's examination from its beginning. Its task is cancelled when the examination is over.
  ///
  /// - Parameters:
  ///   - log: the examination's events.
  ///   - input: the image.
  ///   - number: its place among the inputs, from 1.
  ///   - count: how many there are.
  func follow(_ log: ExaminationLog, of input: AnalysisInput, number: Int, of count: Int) async

  /// An image's analysis has ended, and is stored; called in the order of the inputs.
  ///
  /// - Throws: to end the whole analysis.
  func ended(_ outcome: AnalysisOutcome) throws
}

extension AnalysisObserver {
  /// Tells nobody.
  public func isContinued(read: Int, of count: Int) {}
}
