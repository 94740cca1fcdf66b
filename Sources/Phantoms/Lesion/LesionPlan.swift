/// What is to be painted, decided before the first stroke: attributes that fit a code.
struct LesionPlan {
  var code: Code
  var architecture: Architecture
  var network = false
  var structures: [String] = []
  var vessels: [String] = []
  var regression = false
  var keratosis = false
  /// Skin, from 0 (Fitzpatrick I) to 1 (VI).
  var tone: Float
  /// Colours of the lesion's ground, from its lightest to its darkest.
  var ground: [PhantomColor] = []
  /// How much of the lesion each of the ground's colours takes, adding up to 1.
  var shares: [Float] = []
  /// Areas over the ground.
  var patches: [Patch] = []

  struct Patch {
    var color: PhantomColor
    var share: Float
    var form: Form
  }

  enum Form {
    /// One confluent hazy area: veil, scar, blush.
    case area
    /// Several sharp ovoid nests.
    case nests
  }

  /// Attributes for a code, with nature's variety.
  static func drawn(for code: Code, _ random: inout PhantomRandom) -> LesionPlan {
    // Basal cell carcinoma is seen on light skin, and its pink would look painted on dark.
    let light = random.chance(0.78) || code == .bcc
    let tone = light ? random.within(0, 0.5) : random.within(0.5, 1)
    var plan = LesionPlan(code: code, architecture: .round, tone: tone)
    switch code {
    case .mel: plan.drawMelanoma(&random)
    case .nv: plan.drawNevus(&random)
    case .bcc: plan.drawBasalCellCarcinoma(&random)
    case .bkl: plan.drawKeratosis(&random)
    }
    plan.divideGround(&random)
    return plan
  }

  /// Dark skin shows no light brown lesion: what would be, is one step darker.
  private var isDarkSkin: Bool { tone > 0.5 }

  private mutating func drawMelanoma(_ random: inout PhantomRandom) {
    architecture = .irregular
    regression = random.chance(0.55)
    network = regression ? random.chance(0.55) : false
    if random.chance(0.5) { structures.append("dots") }
    if random.chance(0.35) { structures.append("globules") }
    if random.chance(0.5) { structures.append("streaks") }
    ground = random.pick(
      [
        ([.lightBrown, .darkBrown, .black], 0.4), ([.lightBrown, .darkBrown], 0.35), ([.darkBrown, .black], 0.25),
      ], otherwise: [.lightBrown, .darkBrown])
    if isDarkSkin { ground = [.darkBrown, .black] }
    if regression {
      let scar = !isDarkSkin && random.chance(0.6)
      let veil = !scar || random.chance(0.45)
      if veil { patches.append(Patch(color: .blueGray, share: random.within(0.15, 0.28), form: .area)) }
      if scar { patches.append(Patch(color: .white, share: random.within(0.14, 0.26), form: .area)) }
    }
    if !isDarkSkin, random.chance(0.3) {
      let color: PhantomColor = random.chance(0.5) ? .pink : .red
      patches.append(Patch(color: color, share: random.within(0.14, 0.24), form: .area))
    }
    vessels = random.pick([([], 0.7), (["dotted"], 0.15), (["linear"], 0.15)], otherwise: [])
  }

  private mutating func drawNevus(_ random: inout PhantomRandom) {
    architecture = random.pick([(.round, 0.42), (.oval, 0.42), (.irregular, 0.16)], otherwise: .round)
    network = architecture == .irregular || random.chance(0.5)
    if random.chance(network ? 0.25 : 0.5) { structures.append("globules") }
    if random.chance(0.22) { structures.insert("dots", at: 0) }
    if random.chance(0.07) { structures.append("streaks") }
    ground = random.pick(
      [([.lightBrown], 0.3), ([.darkBrown], 0.25), ([.lightBrown, .darkBrown], 0.45)], otherwise: [.lightBrown])
    if isDarkSkin { ground = random.chance(0.5) ? [.darkBrown] : [.darkBrown, .black] }
    if !isDarkSkin, random.chance(0.12) { ground.insert(.pink, at: 0) }
    vessels = random.pick([([], 0.9), (["dotted"], 0.1)], otherwise: [])
  }

  private mutating func drawBasalCellCarcinoma(_ random: inout PhantomRandom) {
    architecture = random.chance(0.5) ? .round : .oval
    vessels = ["arborizing"]
    if random.chance(0.15) { structures.append("dots") }
    ground = [.pink]
    if random.chance(0.2) { ground.append(.lightBrown) }
    if random.chance(0.6) {
      patches.append(Patch(color: .blueGray, share: random.within(0.16, 0.34), form: .nests))
    }
    if random.chance(0.15) {
      patches.append(Patch(color: .red, share: random.within(0.12, 0.2), form: .area))
    }
    if random.chance(0.12) {
      regression = true
      patches.append(Patch(color: .white, share: random.within(0.14, 0.22), form: .area))
    }
  }

  private mutating func drawKeratosis(_ random: inout PhantomRandom) {
    architecture = random.pick([(.round, 0.3), (.oval, 0.4), (.irregular, 0.3)], otherwise: .oval)
    keratosis = true
    network = random.chance(0.12)
    structures = random.pick([([], 0.76), (["dots"], 0.14), (["globules"], 0.1)], otherwise: [])
    ground = random.pick(
      [
        ([.lightBrown], 0.4), ([.lightBrown, .darkBrown], 0.35), ([.darkBrown], 0.15), ([.pink, .lightBrown], 0.1),
      ], otherwise: [.lightBrown])
    if isDarkSkin { ground = random.chance(0.6) ? [.darkBrown] : [.darkBrown, .black] }
    vessels = random.pick([([], 0.84), (["linear"], 0.16)], otherwise: [])
    if random.chance(0.08) {
      regression = true
      patches.append(Patch(color: .blueGray, share: random.within(0.14, 0.22), form: .area))
    }
  }

  private mutating func divideGround(_ random: inout PhantomRandom) {
    var total: Float = 0
    for color in ground {
      // Black is never the largest: what lies on it would not be seen.
      let share = color == .black ? random.within(0.35, 0.55) : random.within(0.6, 1)
      shares.append(share)
      total += share
    }
    shares = shares.map { $0 / total }
  }
}
