import AuditStatistics

/// Two audits, compared on the same images and the same arms.
struct AuditPairing {
  /// One arm at one dose.
  private struct Arm: Hashable {
    var role: AuditRole
    var name: String
    var dose: Int

    var words: String { "\(role.rawValue) \(name)".trimmed + (dose == 0 ? "" : " \(dose)") }
  }

  /// The most names that a sentence lists before it says how many more there are.
  private static let shownNames = 5

  /// Answers of the arms that both have.
  let first: AuditTable
  let second: AuditTable
  /// Arms that do not apply to one of the audits and are left out of both.
  let leftOut: [String]

  /// - Throws: ``AuditComparisonFault/different(first:second:reason:)`` that names images or arms.
  init(_ first: AuditFolder, _ second: AuditFolder) throws(AuditComparisonFault) {
    func different(_ reason: String) -> AuditComparisonFault {
      .different(first: first.name, second: second.name, reason: reason)
    }
    let (mine, theirs) = (Self.originals(first), Self.originals(second))
    let lists = [
      ("only A has", mine.keys.filter { theirs[$0] == nil }), ("only B has", theirs.keys.filter { mine[$0] == nil }),
    ].filter { !$0.1.isEmpty }
    guard lists.isEmpty else {
      throw different("images that " + lists.map { "\($0.0): \(Self.list($0.1))" }.joined(separator: "; "))
    }
    for (what, key) in [
      ("of the same name and another content", \AuditAnswer.picture), ("of another lesion in B", \.lesion),
      ("with another truth in B", \.truth?.name),
    ] as [(String, KeyPath<AuditAnswer, String?>)] {
      let names = mine.filter { name, answer in
        guard let one = answer[keyPath: key], let other = theirs[name]?[keyPath: key] else {
          return key != \.picture && answer[keyPath: key] != theirs[name]?[keyPath: key]
        }
        return one != other
      }.keys
      guard names.isEmpty else { throw different("images \(what): \(Self.list(Array(names)))") }
    }
    let inapplicable = Set(
      (first.arms + second.arms).filter { $0.status == .notApplicable }.map {
        Arm(role: $0.role, name: $0.name, dose: 0)
      })
    func applies(_ arm: Arm) -> Bool { !inapplicable.contains(Arm(role: arm.role, name: arm.name, dose: 0)) }
    let (one, other) = (Self.arms(first).filter(applies), Self.arms(second).filter(applies))
    let strays = [("only A has", one.subtracting(other)), ("only B has", other.subtracting(one))].filter {
      !$0.1.isEmpty
    }
    guard strays.isEmpty else {
      throw different(
        "changes that " + strays.map { "\($0.0): \(Self.list($0.1.map(\.words)))" }.joined(separator: "; "))
    }
    let changed = first.arms.filter { arm in
      second.arms.contains {
        $0.role == arm.role && $0.name == arm.name && $0.digest != nil && arm.digest != nil && $0.digest != arm.digest
      }
    }
    guard changed.isEmpty else {
      throw different("changes of the same name that are not defined alike: \(Self.list(changed.map(\.name)))")
    }
    func kept(_ answers: AnswerSpool) -> AuditTable {
      AuditTable(answers) { applies(Arm(role: $0, name: $1, dose: 0)) }
    }
    (self.first, self.second) = (kept(first.answers), kept(second.answers))
    leftOut = inapplicable.map(\.words).sorted()
  }

  private static func originals(_ audit: AuditFolder) -> [String: AuditAnswer] {
    var originals: [String: AuditAnswer] = [:]
    audit.answers.forEach(withWords: false) { answer in
      if answer.role == .control, originals[answer.image] == nil { originals[answer.image] = answer }
    }
    return originals
  }

  private static func arms(_ audit: AuditFolder) -> Set<Arm> {
    var arms: Set<Arm> = []
    audit.answers.forEach(withWords: false) { answer in
      if answer.role != .control, answer.role != .outOfScope {
        arms.insert(Arm(role: answer.role, name: answer.arm, dose: answer.dose))
      }
    }
    return arms
  }

  private static func list(_ names: some Collection<String>) -> String {
    let more = names.count - shownNames
    return names.sorted().prefix(shownNames).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}

extension String {
  /// Without spaces at its ends.
  fileprivate var trimmed: String { split(separator: " ").joined(separator: " ") }
}
