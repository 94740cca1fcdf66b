import Dermoscopy
import Digests

extension Manifest {
  /// Some of the images: whole lesions, the codes in turn, drawn by the digest of the lesion's name.
  ///
  /// The same images give the same sample, whatever their order, and a smaller sample is part of a larger one.
  ///
  /// - Parameter count: how many; all if there are no more.
  /// - Returns: the sample, in this manifest's order.
  public func sampled(_ count: Int) -> Manifest {
    guard count < entries.count else { return self }
    var strata: [[[Int]]] = Array(repeating: [], count: LesionCode.allCases.count + 2)
    for lesion in Dictionary(grouping: entries.indices, by: { entries[$0].metadata.lesion ?? "\0\(entries[$0].name)" })
      .map({ (digest: SHA256Digest(of: Array($0.key.utf8)).hexadecimal, places: $0.value) })
      .sorted(by: { $0.digest < $1.digest })
    {
      strata[stratum(lesion.places[0])].append(lesion.places)
    }
    var chosen: [Int] = []
    var turn = 0
    while chosen.count < count, strata.contains(where: { turn < $0.count }) {
      for lesions in strata where turn < lesions.count {
        chosen += lesions[turn].prefix(count - chosen.count)
      }
      turn += 1
    }
    let sample = chosen.sorted().enumerated().map { position, place in
      var entry = entries[place]
      entry.position = position
      return entry
    }
    var manifest = Manifest(sample, coverage: coverage)
    manifest.digestCheck = digestCheck
    return manifest
  }

  /// The place of a truth's code, or one for other diagnoses and one for none.
  private func stratum(_ place: Int) -> Int {
    guard let truth = entries[place].truth else { return LesionCode.allCases.count + 1 }
    return LesionCode.allCases.firstIndex { truth.agrees(with: $0) } ?? LesionCode.allCases.count
  }
}
