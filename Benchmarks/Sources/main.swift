// The benchmark's Swift side. `make bench` runs everything (scripts/bench.sh); each command can be run alone.
//
//     benchmark cleaning                              time limits that the domain promises
//     benchmark ours --model F --mmproj F [--images N --parallel N --threads N --repeats N --protocol NAME --side PIXELS
//                    --precision f32|bf16]
//     benchmark floor --model F --mmproj F [--widths 1,4 --threads N --repeats N --steps N …]
//     benchmark encode --model F --mmproj F [--threads N --repeats N --warm-ups N --side PIXELS --embeddings FILE --precision f32|bf16
//                      --pictures DIR]
//                                                     images through the projector; Benchmarks/encoder_peers.py has other runtimes beside it
//     benchmark allocations --model F --mmproj F      allocations per generated token, ours and bare
//     benchmark constrained --model F [--mmproj F --rounds N --seeds N]   what holding answers to their words costs a token
//     benchmark trials --model F --mmproj F [--texts NAME=F,… --projectors NAME=F,… --phantoms N --rounds N --threads N]
//                                                     what might be faster, and whether the answers stay
//     benchmark prepare --out DIR --images N [--protocol NAME --side PIXELS]   pictures and prompts for the Python sides
//     benchmark keep LOCATION SECONDS                 examinations kept one after the other; milliseconds of each, one a line
//     benchmark fill LOCATION COUNT                   COUNT examinations kept in few transactions: a database of that size
//     benchmark synthesize --shape medgemma|270m|medgemma-quarter --vocabulary GGUF --out DIR   weights of noise in real shapes

import Foundation

let arguments = Arguments()
do {
  switch arguments.command {
  case "cleaning": exit(CleaningMeasurement.printAll() ? 0 : 1)
  case "ours": try await EngineRuns.run(arguments)
  case "floor": try await Floor.run(arguments)
  case "encode": try EncodeRuns.run(arguments)
  case "allocations": try await Allocations.run(arguments)
  case "constrained": try await ConstrainedTrial.run(arguments)
  case "trials": try await Trials.run(arguments)
  case "prepare": try await PreparedWork.write(arguments)
  case "keep": try await KeptExaminations.run(CommandLine.arguments.dropFirst(2).map(\.self))
  case "fill": try await KeptExaminations.fill(CommandLine.arguments.dropFirst(2).map(\.self))
  case "synthesize": try Synthesis.run(arguments)
  default:
    FileHandle.standardError.write(Data("benchmark: no command \(arguments.command)\n".utf8))
    exit(64)
  }
} catch {
  FileHandle.standardError.write(Data("benchmark: \(error)\n".utf8))
  exit(70)
}
