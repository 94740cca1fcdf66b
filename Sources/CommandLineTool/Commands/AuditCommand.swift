import AuditStatistics
import Auditing
import Faults

/// The options of `audit`.
enum AuditOption {
  static let masks = Option<String>(
    path: "--masks", "DIR", help: "Masks of the lesions, NAME_segmentation.png; without it lesions are looked for.")
  static let trueWords = Option<String>(
    path: "--true-words", "CSV",
    help: "True words of the images: a column image, and one for each question of the protocol that is known.")
  static let out = Option<String>(path: "--out", "DIR", help: "The folder to write to: report, figures and answers.")
  static let records = Option<String>(
    path: "--records", "FILE",
    help: "Also stores each arm as a run in this database, a file or PostgreSQL's; see 'dermgemma records'.")
  static let arms = Option<String>(
    path: "--arms", "LIST",
    help:
      "Families (camera, looking, words, chance, chain, groups), all (the default), or files of your own, by commas.")
  static let plan = Flag("--plan", help: "Says what would be done and how long it takes, and writes nothing.")
  static let quick = Flag("--quick", help: "Fewer doses, of at most 200 images.")
  static let limit = Option<Int>(
    "--images-limit", "N", in: 1...Int.max, help: "Reads N images: whole lesions, the diagnoses in turn.")
  static let budget = Option<Double>(
    "--budget", "TIME", help: "Fewer doses, then fewer images, so that it takes about this long: 90s, 30m, 2h.",
    parse: { text throws(InvalidValue) in try seconds(text) })
  static let json = Flag("--json", help: "Prints one JSON object instead of text.")
  static let replicates = Option<Int>(
    "--replicates", "N", in: 2...100_000, help: "For figures: resamples of each interval (default 2000).")
  static let seed = Option<UInt64>(
    "--seed", "N", in: 0...UInt64.max,
    help: "Seed of the answers (default 0); for figures, of the resamples (default 20180701).")

  static let side = Option<Int>(
    "--side", "N", in: 64...2_048, help: "For pictures: pixels of the short side (default 450, an audit's).")

  static let kind = Option<MapKind>(
    "--kind", help: "For a map: whether image tokens are blanked (the default) or parts of the picture covered.")

  private static func seconds(_ text: String) throws(InvalidValue) -> Double {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number.isFinite, number > 0
    else { throw .reason("not a time such as 90s, 30m or 2h") }
    return number * unit
  }
}

let auditCommand = CommandSpecification(
  name: "audit",
  summary: "Asks a model again with one thing changed: does it look, what changes its mind, does it know when it errs?",
  usage: [
    "audit --images DIR [--labels CSV] --out DIR [options]",
    "audit --plan --images DIR [--labels CSV] [options]",
    "audit figures TABLE [--json] [--out DIR]",
    "audit arms [list | show NAME | check FILE… | schema]",
    "audit pictures IMAGE [--arms LIST] [--side N] --out DIR",
    "audit map IMAGE [--kind tokens|occlusion] [--json] [--out PNG]",
  ],
  discussion: [
    "Reads each image as it is, then with every arm: changed pictures, hidden lesions, printed words, other prompts, other seeds, "
      + "changed notes. Arms that only change words look at the picture that is in the context already. --plan says first "
      + "what that costs.",
    "Writes audit.html (the report, for a browser), audit.json (every figure), audit.csv (every answer) and, if images could "
      + "not be read, errors.csv; 'compare' reads two such folders. Answers are kept "
      + "as they come, so that an audit that was interrupted or killed can continue with --resume.",
    "--shard I --of N reads one part of the images, chosen by their bytes; 'dermgemma merge' puts the parts together, asks what "
      + "goes between images, and writes the report.",
    "figures computes what a table of answers says, and with --out writes its report, without pictures. The table must have the columns image and role; the others are "
      + "\(AnswerFile.Column.allCases.dropFirst(2).map(\.rawValue).joined(separator: ", ")). role says which figures a row "
      + "goes into: " + AuditRole.allCases.map(\.rawValue).joined(separator: ", ")
      + ". docs/AUDIT.md defines each figure.",
    "pictures writes what the arms make of an image, as the model is shown it before preparation.",
    "map asks where in a picture the answer hangs: how the probability of its code changes without each of 16 blocks. The map is "
      + "drawn, with --out, only if some block changes it by a percentage point and the map passes the deletion test: taking blocks away in its order must lower the probability sooner "
      + "than random orders and than going from the centre outwards.",
    "Exit status: 0 all well; 64 wrong usage, or results are there already; 65 an input is unusable (also when other images "
      + "were read), or changed before --resume; 66 an input is missing; 69 another run is writing to the same folder, or the "
      + "endpoint is unavailable; 74 "
      + "output could not be written; 78 weights missing or broken; 130 interrupted.",
  ],
  verbs: ["figures", "arms", "pictures", "map"],
  options: ValidateOption.inputs + [
    AuditOption.masks,
    AuditOption.trueWords,
    AuditOption.out,
    AuditOption.records,
    AuditOption.arms,
    AuditOption.plan,
    AuditOption.quick,
    AuditOption.limit,
    AuditOption.budget,
    ValidateOption.resume,
    ValidateOption.replace,
    ValidateOption.shard,
    ValidateOption.shards,
    ValidateOption.digests,
    EngineOption.readingProtocol,
    AuditOption.seed,
    AuditOption.json,
    AuditOption.replicates,
    AuditOption.side,
    AuditOption.kind,
    ValidateOption.parallel,
  ] + DICOMOption.record + EngineOption.all + EndpointOption.all,
  examples: [
    ("dermgemma audit --plan --images data/images --labels labels.csv", "What it would do, and for how long."),
    ("dermgemma audit --images data/images --labels labels.csv --quick --out audit", "The most important questions."),
    ("dermgemma audit figures audit/audit.csv --json", "Every figure, for your own analysis."),
    ("dermgemma audit arms show camera > mine.json", "Arms to change."),
    ("dermgemma audit pictures lesion.jpg --arms camera --out seen", "What the model is shown."),
    ("dermgemma audit map lesion.jpg --out map.png", "Where the answer hangs."),
  ],
  takesArguments: true
) { arguments, terminal in
  switch arguments.positional.first {
  case "figures":
    guard arguments.positional.count == 2 else {
      throw UsageFault(message: "Name a table: audit figures TABLE", command: "audit")
    }
    let table = AuditTableReport(
      path: arguments.positional[1], command: arguments.words,
      replicates: try arguments[AuditOption.replicates] ?? AuditFigures.replicates,
      seed: try arguments[AuditOption.seed] ?? AuditFigures.seed, out: try arguments[AuditOption.out],
      printsJSON: arguments[AuditOption.json])
    try await table.run(terminal)
    return 0
  case "arms": return try printArms(Array(arguments.positional.dropFirst()), terminal)
  case "pictures": return try printPictures(arguments, terminal)
  case "map": return try await printMap(arguments, terminal)
  case nil: break
  case let word?:
    throw UsageFault(
      message: "'\(word)' is none of figures, arms, pictures, map; an audit takes options only", command: "audit")
  }
  let request = try AuditRequest(arguments)
  let printer = AuditPrinter(terminal: terminal)
  if arguments[AuditOption.plan] {
    try printer.show(try await request.plan { try printer.show($0) })
    return 0
  }
  let results = try await request.run { try printer.show($0) }
  return results?.exitStatus ?? 0
}
