import Digests
import Foundation

/// Ollama's models: a manifest names the layers of each, which are files called by their digests.
struct OllamaStore {
  /// What its models' names begin with.
  static let scheme = "ollama:"
  /// The folder with `manifests` and `blobs`.
  let folder: String

  private static let layers = (
    weights: "application/vnd.ollama.image.model", projector: "application/vnd.ollama.image.projector"
  )
  private static let (usualHost, usualSpace, usualTag) = ("registry.ollama.ai", "library", "latest")
  private static let largestManifest = 1 << 20

  /// A name with its tag.
  static func tagged(_ name: String) -> String {
    let last = name.dropFirst(scheme.count).split(separator: "/").last ?? ""
    return last.contains(":") ? name : "\(name):\(usualTag)"
  }

  var models: [NeighbourModel] {
    var models: [NeighbourModel] = []
    for host in names(in: "manifests") {
      for space in names(in: "manifests/\(host)") {
        for name in names(in: "manifests/\(host)/\(space)") {
          for tag in names(in: "manifests/\(host)/\(space)/\(name)") {
            guard models.count < NeighbourStores.mostModels else { return models }
            if let model = model(host, space, name, tag) { models.append(model) }
          }
        }
      }
    }
    return models
  }

  private func names(in path: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(path)")) ?? []
    return all.filter { !$0.hasPrefix(".") && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }.sorted()
      .prefix(NeighbourStores.mostModels).map(\.self)
  }

  private func model(_ host: String, _ space: String, _ name: String, _ tag: String) -> NeighbourModel? {
    guard let handle = FileHandle(forReadingAtPath: "\(folder)/manifests/\(host)/\(space)/\(name)/\(tag)"),
      let data = try? handle.read(upToCount: Self.largestManifest),
      let manifest = try? JSONDecoder().decode(Manifest.self, from: data)
    else { return nil }
    guard let weights = manifest.path(of: Self.layers.weights, in: folder) else { return nil }
    let place =
      (host == Self.usualHost ? [] : [host]) + (host == Self.usualHost && space == Self.usualSpace ? [] : [space])
    return NeighbourModel(
      name: Self.scheme + (place + ["\(name):\(tag)"]).joined(separator: "/"), keeper: "Ollama", weights: weights,
      projector: manifest.path(of: Self.layers.projector, in: folder))
  }

  private struct Manifest: Decodable {
    struct Layer: Decodable {
      var mediaType: String
      var digest: String
    }

    var layers: [Layer]

    /// The file of the first layer of a kind.
    func path(of mediaType: String, in folder: String) -> String? {
      guard let layer = layers.first(where: { $0.mediaType == mediaType }), layer.digest.hasPrefix("sha256:"),
        let digest = SHA256Digest(hexadecimal: layer.digest.dropFirst("sha256:".count))
      else { return nil }
      return "\(folder)/blobs/sha256-\(digest.hexadecimal)"
    }
  }
}
