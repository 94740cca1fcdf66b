import Dermoscopy
import Faults
import UseCases
import Validation

let validateCommand = CommandSpecification(
  name: "validate",
  summary: "Reads a folder of images and says how good the answers are.",
  usage: [
    "validate phase1|phase2|phase3|all --images DIR [--labels CSV] [options]",
    "validate phase3 --from phase2_results.csv [--labels CSV] [options]",
  ],
  discussion: [
    "phase1 observes, phase2 also reviews, phase3 also classifies; all does the same as phase3 and writes the tables of "
      + "all three. With --from the classification goes by a table of the first two phases: no images and no projector "
      + "are needed.",
    "Writes phaseN_results.csv, summary.json, report.html, images.csv and, if images could not be read, errors.csv. Every "
      + "examination is stored in records.sqlite before it counts as done, so that a run that was interrupted or killed "
      + "can continue with --resume. An image that cannot be read fails alone.",
    "Exit status: 0 all well; 64 wrong usage, or results are there already; 65 an input is unusable (also when other "
      + "images were read), or changed before --resume; 66 an input is missing; 69 another validation is writing to the "
      + "same folder; 74 output could not be written; 78 weights missing or broken; 130 interrupted.",
  ],
  options: [
    OptionSpecification(name: "--images", value: "DIR", help: "The folder of images, including subfolders."),
    OptionSpecification(
      name: "--labels", value: "CSV",
      help: labelsHelp),
  ] + labelColumnOptions + [
    allowUnlabelledOption,
    OptionSpecification(
      name: "--metadata", value: "CSV",
      help: "Columns image_id (or isic_id, image_name, …) and any of lesion_id, patient_id, site, sex, age, skin_type."),
    OptionSpecification(name: "--out", value: "DIR", help: "The folder to write to (default data)."),
    OptionSpecification(name: "--limit", value: "N", help: "Reads the first N images only."),
    OptionSpecification(name: "--resume", value: nil, help: "Resumes the run in --out."),
    OptionSpecification(name: "--replace", value: nil, help: "Starts over and replaces what is in --out."),
    OptionSpecification(name: "--from", value: "CSV", help: "For phase3: a table of the first two phases."),
    OptionSpecification(
      name: "--isic-csv", value: "FILE",
      help: "Also writes probabilities in the format of the ISIC 2018 challenge's scoring."),
    protocolOption,
    OptionSpecification(name: "--seed", value: "N", help: "Seed of the random numbers (default 0)."),
    parallelOption, threadsOption, deviceOption,
  ] + modelOptions,
  examples: [
    ("dermgemma validate all --images data/images --labels DermsGemms.csv", "Everything, into data/."),
    ("dermgemma validate all --images data/images --labels DermsGemms.csv --resume", "Resumes after an interruption."),
    ("dermgemma validate phase3 --from data/phase2_results.csv --replace", "Phase 3 again, without images."),
  ],
  takesArguments: true
) { arguments, terminal in
  let request = try ValidationRequest(arguments)
  let printer = ValidationPrinter(terminal: terminal)
  let results = try await request.run { try printer.show($0) }
  return results.counts.failed > 0 ? FaultKind.unusableInput.exitStatus : 0
}
