import Datasets

/// Options of every command that takes labels.
enum LabelOption {
  static let labels = Option<String>(
    path: "--labels", "CSV",
    help:
      "The label file: columns Image, Dx, Lesion attributes, or another layout that docs/VALIDATION.md lists (HAM10000, "
      + "ISIC, PH2, …).")
  static let imageColumn = Option<String>(
    path: "--image-column", "NAME", help: "The label file's column that names the image, if its layout is not known.",
    completion: .any)
  static let labelColumn = Option<String>(
    path: "--label-column", "NAME",
    help: "The label file's column that holds the diagnosis, if its layout is not known.", completion: .any)
  static let allowUnlabelled = Flag(
    "--allow-unlabelled",
    help: "Continues even if no image has a label in the label file (otherwise exit status 65).")
}

/// The columns that a command line names.
///
/// - Throws: `UsageFault` if there is no label file.
func chosenColumns(_ arguments: ParsedArguments, of command: String) throws(UsageFault) -> ColumnChoice {
  let choice = ColumnChoice(
    image: try arguments[LabelOption.imageColumn], label: try arguments[LabelOption.labelColumn])
  if choice != ColumnChoice(), !arguments.has(LabelOption.labels) {
    guard choice.label == nil, arguments.has(ValidateOption.metadata) else {
      throw UsageFault(message: "--image-column and --label-column need --labels", command: command)
    }
  }
  return choice
}

/// The label file that `--labels` names; prints remarks about it.
func chosenLabels(_ arguments: ParsedArguments, of command: String, _ terminal: Terminal) throws -> Labels? {
  let choice = try chosenColumns(arguments, of: command)
  let labels = try arguments[LabelOption.labels].map { try Labels(path: $0, choice: choice) }
  for remark in labels?.remarks ?? [] { terminal.printError("dermgemma: \(remark)") }
  return labels
}

extension LabelMatch {
  /// Reports how labels and images match.
  ///
  /// - Throws: ``fault`` unless images may be without any label.
  func report(to terminal: Terminal, allowsNone: Bool) throws(UnmatchedLabels) {
    terminal.printError("dermgemma: \(line)")
    if let fault, !allowsNone { throw fault }
  }
}
