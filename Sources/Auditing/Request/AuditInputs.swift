import Dermoscopy
import Foundation
import Validation
import VisionLanguage

/// What an audit reads: images, labels, masks.
struct AuditInputs: Sendable {
  let manifest: Manifest
  let masks: MaskFolder?
  let trueWords: TrueWords?

  /// Looks through them.
  ///
  /// - Throws: a `Fault` for what is missing or unusable; `CancellationError`.
  init(_ request: AuditRequest, tell: (AuditEvent) throws -> Void) async throws {
    manifest = try await request.manifest(tell: tell)
    masks = try request.masks.map { try MaskFolder($0) }
    trueWords = try request.trueWords.map { try TrueWords(path: $0, for: request.readingProtocol) }
    if let trueWords {
      if let remark = trueWords.remark { try tell(.remark(remark)) }
      try tell(.remark(try trueWords.match(manifest.entries.map(\.name))))
    }
    if let masks { try tell(.remark("\(masks.count) masks in \(masks.path)")) }
  }

  /// The journal's first line.
  ///
  /// - Throws: a `Fault` for a mask that cannot be read; `CancellationError`.
  func header(
    _ request: AuditRequest, _ plan: AuditPlan, _ sample: Manifest, model: ModelIdentity
  ) throws -> AuditHeader {
    let readingProtocol = request.readingProtocol
    let doses = plan.entries.filter { !$0.doses.isEmpty }.map { ("\($0.arm.role.rawValue) \($0.arm.name)", $0.doses) }
    var header = AuditHeader(
      protocolName: "\(readingProtocol.id) \(readingProtocol.version)",
      protocolDigest: readingProtocol.digest.hexadecimal, weights: model.weights?.hexadecimal ?? "",
      projector: model.projector?.hexadecimal, seed: request.seed,
      documents: request.arms.documents.map { "\($0.id) \($0.version) \($0.digest.hexadecimal)" },
      doses: Dictionary(doses) { first, _ in first }, images: plan.images, available: plan.available,
      imagesDigest: sample.imagesDigest, labelsDigest: sample.labelsDigest, masksDigest: nil,
      trueWordsDigest: trueWords?.digest, timing: plan.timing, quick: plan.quickReason,
      server: AuditHeader.server(of: model), version: request.version,
      started: Date().formatted(.iso8601))
    if let shard = request.shard {
      (header.shard, header.command) = (shard, request.wholeCommand)
      header.shardImages = sample.entries.count(where: shard.holds)
      header.masks = try masks?.identity(ofPart: sample.entries.lazy.filter(shard.holds).map(\.name))
    } else {
      header.masks = try masks?.identity()
    }
    return header
  }
}
