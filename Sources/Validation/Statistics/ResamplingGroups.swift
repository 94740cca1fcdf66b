/// Which examinations belong together when cases are drawn: those of one lesion, those of one and the same picture, and
/// whatever is tied together through others.
struct ResamplingGroups {
  /// Where an examination is in the cohort's order: its group's lesion, the group's first image, its own.
  struct Key: Comparable {
    var lesion: String
    var first: String
    var image: String

    static func < (one: Key, other: Key) -> Bool {
      (one.lesion, one.first, one.image) < (other.lesion, other.first, other.image)
    }

    /// Whether both are of one group.
    func belongs(with other: Key) -> Bool { lesion == other.lesion && first == other.first }
  }

  /// By place of the examination.
  private(set) var keys: [Key]

  init(_ examinations: [Prediction]) {
    var parents = Array(examinations.indices)
    func root(_ place: Int) -> Int {
      var place = place
      while parents[place] != place {
        parents[place] = parents[parents[place]]
        place = parents[place]
      }
      return place
    }
    func unite(_ name: (Prediction) -> String?) {
      var seen: [String: Int] = [:]
      for (place, one) in examinations.enumerated() {
        guard let name = name(one) else { continue }
        if let other = seen[name] { parents[root(place)] = root(other) } else { seen[name] = place }
      }
    }
    unite(\.lesion)
    unite(\.picture)
    let roots = examinations.indices.map(root)
    var first: [Int: String] = [:]
    var lesions: [Int: String] = [:]
    for (place, one) in examinations.enumerated() {
      let group = roots[place]
      first[group] = min(first[group] ?? one.image, one.image)
      if let lesion = one.lesion { lesions[group] = min(lesions[group] ?? lesion, lesion) }
    }
    keys = examinations.indices.map { place in
      Key(
        lesion: lesions[roots[place]] ?? "", first: first[roots[place]] ?? "", image: examinations[place].image)
    }
  }
}
