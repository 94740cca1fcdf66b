import AtomicFiles
import Foundation
import Imaging
import Phantoms
import Tables

/// A request to paint phantoms into a folder, with their labels and attributes: what `phantoms` does.
public struct PhantomsRequest: Sendable {
  /// Which series.
  public var seed: UInt64 = 0
  /// How many.
  public var count = 10
  /// The folder to write to; it is made unless it is there.
  public var folder: String

  /// A request with the defaults of everything else.
  public init(into folder: String) { self.folder = folder }

  /// Paints and writes.
  ///
  /// - Parameter progress: called after each image, with the number of those that are done.
  /// - Throws: `UnwritableFile`; `CancellationError`.
  public func run(progress: (Int) -> Void = { _ in }) throws {
    let generator = PhantomGenerator(seed: seed)
    let questions = PhantomTruth.questions
    var labels = "Image,Dx, Lesion attributes\n"
    var attributes = "image,\(questions.joined(separator: ",")),code\n"

    try Folder.make(folder)
    for index in 0..<count {
      try Task.checkCancellation()
      let phantom = generator.phantom(index)
      let name = "phantom-\(seed)-\(String(100_000 + index).dropFirst())"
      try OutputFile.write(try ImageEncoder.png(phantom.image), to: "\(folder)/\(name).png")
      let values = questions.map { phantom.truth.value(for: $0) }
      labels += CSVRow.text([name, phantom.truth.code.lowercased(), "phantom"]) + "\n"
      attributes += CSVRow.text([name] + values + [phantom.truth.code]) + "\n"
      progress(index + 1)
    }
    try OutputFile.write(Array(labels.utf8), to: "\(folder)/labels.csv")
    try OutputFile.write(Array(attributes.utf8), to: "\(folder)/attributes.csv")
  }
}
