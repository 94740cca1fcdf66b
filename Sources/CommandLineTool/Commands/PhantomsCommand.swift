import AtomicFiles
import Faults
import Foundation
import Imaging
import Phantoms
import Tables

/// The options of `phantoms`.
enum PhantomsOption {
  static let count = Option<Int>("--count", "N", in: 1...100_000, help: "How many (1 to 100000, default 10).")
  static let seed = Option<UInt64>("--seed", "S", in: 0...UInt64.max, help: "Seed of the series (default 0).")
  static let out = Option<String>(path: "--out", "DIR", help: "The folder to write to; created if needed.")
}

let phantomsCommand = CommandSpecification(
  name: "phantoms",
  summary: "Paints dermoscopic images whose every attribute is known.",
  usage: ["phantoms [--count N] [--seed S] --out DIR"],
  discussion: [
    "Writes the images, labels.csv in the label format of 'analyze --labels', and attributes.csv with the true answer to "
      + "every question. The same seed gives the same bytes."
  ],
  options: [
    PhantomsOption.count,
    PhantomsOption.seed,
    PhantomsOption.out,
  ],
  examples: [("dermgemma phantoms --count 24 --seed 7 --out phantoms", "24 phantoms.")],
  takesArguments: false
) { arguments, terminal in
  guard let folder = try arguments[PhantomsOption.out] else {
    throw UsageFault(message: "Say where to write: --out DIR", command: "phantoms")
  }
  let count = try arguments[PhantomsOption.count] ?? 10
  let seed: UInt64 = try arguments[PhantomsOption.seed] ?? 0
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
    terminal.progress("Painted \(index + 1) of \(count)")
  }
  try OutputFile.write(Array(labels.utf8), to: "\(folder)/labels.csv")
  try OutputFile.write(Array(attributes.utf8), to: "\(folder)/attributes.csv")
  return 0
}
