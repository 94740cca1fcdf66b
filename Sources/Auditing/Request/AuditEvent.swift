import Validation

/// How an audit goes.
public enum AuditEvent: Sendable {
  /// There was no audit to resume in the folder; a new one starts.
  case nothingToResume(folder: String)
  /// Something that a reader should know of the labels, the metadata or the masks, in one sentence.
  case remark(String)
  /// The images are being looked through for their digests.
  case lookingThroughImages(done: Int, of: Int)
  /// The model is about to be loaded.
  case loadingModel
  /// The time that the parts take is being measured.
  case measuring
  /// What will be done.
  case planned(AuditPlan)
  /// Some images were read before the audit was resumed.
  case resumed(read: Int, of: Int)
  /// A piece of work ended.
  case stepped(AuditProgress)
  /// Of the planned images, those of one shard are read, and nothing else is done.
  case readingShard(Shard, images: Int, of: Int)
  /// Every image of a shard was read, or failed with a reason.
  case shardFinished(Shard, images: Int, failed: Int, folder: String)
  /// An image could not be read.
  case failed(image: String, reason: String)
  /// All answers are there; tables and figures are about to be written.
  case writingResults
  /// The arms are about to be stored as runs in records.
  case storing(records: String)
  /// The results are written into the folder.
  case finished(AuditResults)
  /// The audit was stopped by an error, and can be resumed; how many images are done, and where their answers are.
  case stopped(done: Int, folder: String)
}
