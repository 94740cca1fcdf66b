/// The English words by which a statement affirms, denies, opposes or doubts.
///
/// All are stems (no plural s).
enum Grammar {
  /// Denies what follows.
  static let denying: Set<String> = [
    "no", "not", "without", "lack", "lacking", "absent", "absence", "missing", "neither", "nor", "never", "cannot",
    "cant", "isnt", "arent", "dont", "doesnt", "non", "devoid", "unlike", "excluding", "exclude", "negative",
    "nothing",
  ]
  /// Denies what follows, with its second word.
  static let denyingPairs: [String: Set<String>] = [
    "rather": ["than"], "instead": ["of"], "none": ["of"], "free": ["of"], "rule": ["out"], "ruled": ["out"],
    "fail": ["to"],
  ]
  /// Denies a verb, and with "seen" or its like what came before.
  static let verbDenying: Set<String> = ["not", "never", "cannot", "cant", "isnt", "arent", "dont", "doesnt"]
  /// Denies what came before: "the network is absent".
  static let denyingBefore: Set<String> = [
    "absent", "missing", "lacking", "nonexistent", "unlikely", "excluded", "negative",
  ]
  /// Says by itself that something is not there.
  static let absence: Set<String> = [
    "no", "none", "without", "lack", "lacking", "absent", "absence", "missing", "devoid", "negative", "nothing",
    "nonexistent",
  ]
  /// Undo a denial right before them: "not absent", "not without".
  static let undoing: Set<String> = ["without", "lack", "lacking", "absent", "absence", "missing", "devoid"]
  /// What "no" or "not" denies nothing with: "no doubt", "not only".
  static let undenied: [String: Set<String>] = [
    "no": ["doubt", "question", "fewer", "less", "wonder", "matter", "problem"],
    "not": ["only", "just", "merely", "simply", "limited", "uncommon"],
  ]
  /// What "no" says nothing about the lesion with: "no idea".
  static let unrelated: Set<String> = [
    "idea", "image", "picture", "photo", "answer", "information", "comment", "opinion", "diagnosi", "diagnosis", "way",
    "clue",
  ]
  /// Opposes what follows to what came before.
  static let opposing: Set<String> = [
    "but", "however", "although", "though", "yet", "except", "whereas", "while", "nevertheless", "nonetheless",
  ]
  /// Being there or being seen.
  static let presence: Set<String> = [
    "present", "visible", "seen", "noted", "observed", "evident", "identified", "apparent", "detected", "found",
    "noticeable", "discernible", "discernable", "recognizable", "appreciated", "appreciable", "detectable",
    "demonstrated", "exist",
  ]
  /// Verbs by which one sees or a lesion has; denied, they say that something is not there.
  static let having: Set<String> = [
    "see", "show", "have", "has", "display", "exhibit", "contain", "reveal", "demonstrate", "observe", "identify",
    "detect", "find", "appear", "feature",
  ]
  /// Begin a statement of their own, which an earlier denial does not reach.
  static let restarting: Set<String> = [
    "only", "some", "few", "several", "multiple", "many", "with", "there", "yes", "just", "mostly", "mainly", "is",
    "are", "was", "were", "it", "these", "prominent",
  ]
  static let alternative: Set<String> = ["or", "nor"]
  static let joining: Set<String> = ["and", "or", "nor", "to"]
  /// Leave one of two things open: "round or oval", "round to oval".
  static let wavering: Set<String> = ["or", "to", "versus", "vs"]
  /// May stand between two values without changing how these are joined.
  static let filling: Set<String> = [
    "slightly", "somewhat", "mildly", "roughly", "nearly", "almost", "maybe", "perhap", "possibly", "probably", "a",
    "an", "the", "and", "even",
  ]
  /// Doubts by itself.
  static let doubting: Set<String> = ["unsure", "indeterminate", "undetermined", "unable", "insufficient", "sorry"]
  /// What a speaker who "cannot" leaves open, or is "not".
  static let undecided: Set<String> = [
    "determine", "determined", "tell", "say", "assess", "assessed", "provide", "answer", "judge", "confirm",
    "confirmed",
    "diagnose", "evaluate", "evaluated", "analyze", "comment", "assist", "help", "know", "sure", "certain", "able",
    "possible", "enough", "applicable",
  ]
  static let picturing: Set<String> = ["image", "picture", "photo", "photograph", "attachment"]
  /// Ends a doubt: what follows is at least a guess.
  static let guessing: Set<String> = ["maybe", "perhap", "probably", "likely", "possibly", "guess"]
  /// May come before the word that answers.
  static let preliminary: Set<String> = [
    "answer", "the", "is", "it", "i", "id", "i'd", "so", "well", "my", "final", "response", "model", "sure", "okay",
    "ok", "say", "would", "be", "would", "and", "then", "that", "think", "hmm", "ah", "oh", "visible", "a",
  ]

  /// How many words may stand between a denied verb and what it says ("cannot be clearly seen").
  static let reach = 4
}
