import Foundation

/// LM Studio's models: `PUBLISHER/REPOSITORY/FILE.gguf`, the projector in the same folder.
struct LMStudioStore {
  /// What its models' names begin with.
  static let scheme = "lmstudio:"
  /// The folder of the publishers.
  let folder: String

  var models: [NeighbourModel] {
    var models: [NeighbourModel] = []
    for publisher in names(in: "") {
      for repository in names(in: publisher) {
        guard models.count < NeighbourStores.mostModels else { return models }
        models += found(in: "\(publisher)/\(repository)")
      }
    }
    return models
  }

  private func found(in place: String) -> [NeighbourModel] {
    let files = names(in: place).filter { $0.lowercased().hasSuffix(".gguf") }
    let projectors = files.filter { $0.lowercased().contains("mmproj") }
    let weights = files.filter { !projectors.contains($0) && !Self.isLaterPart($0) }
    // Of several, the one of 16 bits: what the projectors' makers recommend.
    let projector =
      projectors.first { $0.lowercased().contains("f16") && !$0.lowercased().contains("bf16") } ?? projectors.first
    return weights.map { file in
      NeighbourModel(
        name: Self.scheme + place + (weights.count == 1 ? "" : "/" + file.dropLast(".gguf".count)), keeper: "LM Studio",
        weights: "\(folder)/\(place)/\(file)", projector: projector.map { "\(folder)/\(place)/\($0)" })
    }
  }

  /// `NAME-00002-of-00003.gguf`: only the first part is named.
  private static func isLaterPart(_ file: String) -> Bool {
    guard let match = file.firstMatch(of: /-(\d{5})-of-\d{5}\.gguf$/) else { return false }
    return match.output.1 != "00001"
  }

  private func names(in path: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: path.isEmpty ? folder : "\(folder)/\(path)")) ?? []
    return all.filter { !$0.hasPrefix(".") && !$0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }
      .sorted()
      .prefix(NeighbourStores.mostModels).map(\.self)
  }
}
