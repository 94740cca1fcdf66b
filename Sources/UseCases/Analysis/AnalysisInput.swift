import Datasets
import Dermoscopy

/// An image that is to be read, with what is known of its lesion.
public struct AnalysisInput: Sendable {
  /// Where its bytes are.
  public enum Source: Sendable {
    /// In a file.
    case file(path: String)
    /// Wherever this gets them from when it is the image's turn, such as standard input.
    case bytes(@Sendable () async throws -> [UInt8])
    /// Nowhere: the path does not exist. It fails in its place.
    case missing(ImageFiles.Missing)
  }

  /// Where its bytes are.
  public var source: Source
  /// What reports and messages call it.
  public var name: String
  /// The ground truth of the lesion, for comparison in the report alone.
  public var truth: GroundTruth?
  /// What else is known of the lesion and the patient; stored with the examination.
  public var metadata = ClinicalMetadata()
  /// SHA-256 of its file, hexadecimal, if it was read before: a file that has changed since is refused.
  var digest: String?
  /// Its place among all images of an analysis of which only some are read; `nil` for its place among these.
  var position: Int?

  /// An image of which nothing is known.
  public init(_ source: Source, name: String) {
    self.source = source
    self.name = name
  }

  /// Whether there is something to read, so that labels can be of it.
  public var isThere: Bool { if case .missing = source { false } else { true } }

  /// Where its file is, or would be; `nil` for bytes from elsewhere.
  public var path: String? {
    switch source {
    case .file(let path): path
    case .bytes: nil
    case .missing(let fault): fault.path
    }
  }

  /// The images that a path stands for: a file, or a folder's images by name; one that is missing if nothing is there.
  ///
  /// - Parameters:
  ///   - path: the path, as `FileName` writes it.
  ///   - remark: called with what was left out of a folder, one sentence each.
  public static func inputs(at path: String, remark: (String) -> Void = { _ in }) -> [AnalysisInput] {
    func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
    do throws(ImageFiles.Missing) {
      let search = try ImageFiles.search(path)
      for left in search.skipped.remarks { remark("\(path): \(left)") }
      return search.images.map { AnalysisInput(.file(path: $0), name: name($0)) }
    } catch {
      return [AnalysisInput(.missing(error), name: name(error.path))]
    }
  }

  /// This image with what a label file says of it.
  public func labelled(by labels: Labels) -> AnalysisInput {
    var input = self
    input.truth = labels.truth(ofImageNamed: name)
    input.metadata = labels.metadata(ofImageNamed: name) ?? ClinicalMetadata()
    return input
  }
}
