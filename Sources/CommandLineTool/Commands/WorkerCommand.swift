import DICOM
import Reading
import UseCases

let workerCommand = CommandSpecification(
  name: "worker",
  summary: "Reads images that another program names, line by line.",
  usage: ["worker [options]"],
  discussion: [
    "Takes one JSON object per line on standard input, and writes one per line for each on standard output, as soon as it "
      + "is done: {\"id\": 1, \"path\": \"lesion.jpg\"} is answered by {\"id\": 1, \"line\": 1, \"examination\": …}, or \"error\" with "
      + "status and message. The model is loaded once. Nothing else is written there.",
    "An image is a \"path\" or the base64 text \"image\"; \"observations\" and \"description\" are classified without an image. "
      + "\"protocol\" names a built-in protocol, \"seed\" a seed, \"cancel\" the id of a request to end. docs/WORKER.md "
      + "has the whole contract.",
    "Ends with status 0 when the input ends and everything is answered, whatever failed. Exit status: 0 all answered; 64 "
      + "wrong usage; 66 standard input cannot be read; 74 nobody reads the answers any more; 78 weights missing or "
      + "broken; 130 interrupted.",
  ],
  options: [
    EngineOption.readingProtocol,
    AnalyzeOption.seed,
    AnalyzeOption.parallel,
    DICOMOption.frame,
  ] + DICOMOption.record + EngineOption.all + EndpointOption.all,
  examples: [
    ("echo '{\"id\": 1, \"path\": \"lesion.jpg\"}' | dermgemma worker", "One image.")
  ],
  takesArguments: false
) { arguments, terminal in
  // The options are checked before the weights are looked for.
  let (seed, parallel) = (try arguments[AnalyzeOption.seed], try arguments[AnalyzeOption.parallel])
  let (threads, device) = (try arguments[EngineOption.threads], try chosenDevice(arguments))
  let dicom = try DICOMOptions(arguments)
  let readingProtocol = try chosenProtocol(arguments).readingProtocol
  let model = try arguments.modelSource(of: "worker")
  var session = WorkerSession(model, readingProtocol: readingProtocol, version: Tool.version)
  session.seed = seed ?? 0
  (session.parallel, session.threads) = (parallel, threads)
  (session.device, session.dicom) = (device, dicom)
  let (reader, writer) = (LineReader(), LineWriter())
  try await session.run {
    try await reader.next()
  } write: {
    try await writer.write($0)
  }
  return 0
}
