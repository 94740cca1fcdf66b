import Dermoscopy
import Faults
import UseCases
import Validation

/// The options of `validate`.
enum ValidateOption {
  static let images = Option<String>(path: "--images", "DIR", help: "The folder of images, including subfolders.")
  static let metadata = Option<String>(
    path: "--metadata", "CSV",
    help: "Columns image_id (or isic_id, image_name, …) and any of lesion_id, patient_id, site, sex, age, skin_type.")
  static let out = Option<String>(path: "--out", "DIR", help: "The folder to write to (default data).")
  static let limit = Option<Int>("--limit", "N", in: 1...Int.max, help: "Reads the first N images only.")
  static let resume = Flag("--resume", help: "Resumes the run in --out.")
  static let replace = Flag("--replace", help: "Starts over and replaces what is in --out.")
  static let notes = Option<String>(path: "--from", "CSV", help: "For phase3: a table of the first two phases.")
  static let isicScores = Option<String>(
    path: "--isic-csv", "FILE", help: "Also writes probabilities in the format of the ISIC 2018 challenge's scoring.")
  static let shard = Option<Int>(
    "--shard", "I", in: 0...(Shard.most - 1),
    help: "Reads one part of the images, 0 to N − 1; goes with --of. 'dermgemma merge' puts the parts together.")
  static let shards = Option<Int>(
    "--of", "N", in: 1...Shard.most, help: "The number of parts; the same for every one of them.")
  static let digests = Option<String>(
    path: "--digests", "FILE",
    help: "Takes the images' SHA-256 from this list instead of reading each; made if missing.")
  static let seed = Option<UInt64>("--seed", "N", in: 0...UInt64.max, help: "Seed of the random numbers (default 0).")
  static let parallel = AnalyzeOption.parallel

  /// Which images, and what is known of them.
  static let inputs: [any CommandOption] = [
    images, LabelOption.labels, LabelOption.imageColumn, LabelOption.labelColumn, LabelOption.allowUnlabelled, metadata,
  ]
}

let validateCommand = CommandSpecification(
  name: "validate",
  summary: "Reads a folder of images and measures how good the answers are.",
  usage: [
    "validate phase1|phase2|phase3|all --images DIR [options]",
    "validate phase3 --from phase2_results.csv [options]",
  ],
  discussion: [
    "phase1 observes, phase2 also reviews, phase3 also classifies; all does the same as phase3 and writes the tables of "
      + "all three. With --from, Phase 3 starts from a table of the first two phases: no images and no projector "
      + "are needed.",
    "Writes phaseN_results.csv, summary.json, report.html, images.csv and, if images could not be read, errors.csv. Every "
      + "examination is stored in records.sqlite before it counts as done, so an interrupted or killed run "
      + "can continue with --resume. An image that cannot be read fails alone.",
    "With --group-by, lesions.csv and lesions.json have a row and the figures by lesion too, with intervals by patient where "
      + "patients are known. Of shards, 'merge' puts the lesions together.",
    "With --shard I --of N it reads the part of the images whose SHA-256 falls to I, into a folder of its own, and ends with "
      + "status 0 once each of them was read or failed with a reason. 'dermgemma merge' makes the tables and the report.",
    "Exit status: 0 all well; 64 wrong usage, or results are there already; 65 an input is unusable (also when other "
      + "images were read), or changed before --resume; 66 an input is missing; 69 another validation is writing to the "
      + "same folder; 74 output could not be written; 78 weights missing or broken; 130 interrupted.",
  ],
  verbs: ValidationScope.allCases.map(\.rawValue),
  options: ValidateOption.inputs + [
    ValidateOption.out,
    ValidateOption.limit,
    GroupOption.groupBy,
    ValidateOption.shard, ValidateOption.shards, ValidateOption.digests,
    ValidateOption.resume,
    ValidateOption.replace,
    ValidateOption.notes,
    ValidateOption.isicScores,
    EngineOption.readingProtocol,
    ValidateOption.seed,
    ValidateOption.parallel,
  ] + DICOMOption.record + EngineOption.all + EndpointOption.all,
  examples: [
    ("dermgemma validate all --images data/images --labels DermsGemms.csv", "Everything, into data/."),
    ("dermgemma validate all --images data/images --labels DermsGemms.csv --resume", "Resumes after an interruption."),
    ("dermgemma validate all --images data/images --out part-3 --shard 3 --of 8", "The fourth of eight parts."),
    ("dermgemma validate phase3 --from data/phase2_results.csv --replace", "Phase 3 again, without images."),
  ],
  takesArguments: true
) { arguments, terminal in
  let request = try ValidationRequest(arguments)
  let printer = ValidationPrinter(terminal: terminal)
  let results = try await request.run { try printer.show($0) }
  return (results?.counts.failed ?? 0) > 0 ? FaultKind.unusableInput.exitStatus : 0
}
