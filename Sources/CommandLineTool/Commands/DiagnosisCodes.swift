import Datasets
import TextOutput

/// `datasets codes`: the codes of diagnoses.
struct DiagnosisCodes {
  let diagnoses: [String]

  init(_ diagnoses: [String]) { self.diagnoses = diagnoses }

  /// Prints a line for each diagnosis, with its code and the diagnosis separated by a tab; without any, for the ISIC
  /// Archive's whole taxonomy.
  ///
  /// - Returns: 0, or 65 when a diagnosis maps to nothing.
  /// - Throws: `OutputFault`.
  func print(_ terminal: Terminal) throws(OutputFault) -> Int32 {
    guard !diagnoses.isEmpty else {
      let lines = DiagnosisMapping.taxonomy.map { "\($0.meaning.code)\t\($0.path)" }
      try terminal.print(lines.joined(separator: "\n"))
      return 0
    }
    var status: Int32 = 0
    for diagnosis in diagnoses {
      if let meaning = DiagnosisMapping.meaning(of: diagnosis) {
        try terminal.print("\(meaning.code)\t\(Sanitizer.message(diagnosis))")
      } else {
        terminal.printError("dermgemma: \(diagnosis): maps to no code")
        status = 65
      }
    }
    return status
  }
}
