import UseCases

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
  var request = PhantomsRequest(into: folder)
  request.count = try arguments[PhantomsOption.count] ?? request.count
  request.seed = try arguments[PhantomsOption.seed] ?? request.seed
  let count = request.count
  try request.run { terminal.progress("Painted \($0) of \(count)") }
  return 0
}
