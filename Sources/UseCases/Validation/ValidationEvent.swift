import Dermoscopy
import Validation

/// How a validation goes.
public enum ValidationEvent: Sendable {
  /// There was no run to resume in the folder; a new one starts.
  case nothingToResume(folder: String, kind: String)
  /// Something that a reader should know of the labels or the metadata, in one sentence.
  case remark(String)
  /// The images are being looked through for their digests.
  case lookingThroughImages(done: Int, of: Int)
  /// The model is about to be loaded.
  case loadingModel
  /// Some images were read before the run was resumed.
  case resumed(read: Int, of: Int)
  /// An image was examined, and is stored; how far the run is with it, and the lines that explain its flags.
  case examined(ValidationRun.Outcome, diagnostics: [String], RunProgress)
  /// All images are examined; tables and report are about to be written.
  case writingResults
  /// The results are written into the folder, and the scores into a file of their own if they were asked for.
  case finished(RunResults, scope: ValidationScope, folder: String, scores: String?)
  /// A shard is done: each of its images was read, or failed with a reason; how many images the whole run has, and where
  /// the shard is.
  case shardFinished(Shard, images: Int, failed: Int, of: Int, folder: String)
  /// This many shards are merged.
  case merging(done: Int, of: Int)
  /// The run was stopped by an error, and can be resumed; how many examinations are stored, if that is known, and where.
  case stopped(stored: Int?, database: String)
}
