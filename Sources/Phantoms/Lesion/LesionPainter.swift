/// Lays the lesion's ground, patches and pigment network into the skin.
struct LesionPainter {
  let plan: LesionPlan
  let outline: LesionOutline
  let map: LesionMap
  /// The skin's mean density.
  let tone: Triple

  /// Paints the lesion's body.
  func paint(_ canvas: inout Canvas, _ random: inout PhantomRandom) {
    let ground = groundField(&random)
    let patches = plan.patches.map { patch in (patch, patchField(patch, &random)) }
    let paints = plan.ground.map { apart(varied($0.density, reddish: true, &random)) }
    let patchPaints = plan.patches.map { varied($0.color.density, reddish: false, &random) }
    let texture = Noise(&random)
    let grain = plan.code == .bcc ? random.within(0.5, 0.9) : random.within(1.2, 2.4)
    let fineGrain = random.within(0.15, 0.5)
    let network = plan.network ? PigmentNetwork(atypical: plan.code == .mel, &random) : nil
    let melanin = Triple(0.55, 0.85, 1.0)
    map.forEachPixel(of: canvas, within: 1 + map.edge) { index, t, x, y in
      let presence = map.presence(t)
      guard presence > 0 else { return }
      let value = ground.value(x, y, t: t)
      let mottle = texture.fractal(x * 0.05, y * 0.05, octaves: 5)
      var color = paints[0]
      for band in paints.indices.dropFirst() {
        color += (paints[band] - color) * ground.step(value, over: band - 1)
      }
      var covered: Float = 0
      for (number, (_, field)) in patches.enumerated() {
        let amount = field.step(field.value(x, y, t: t), over: 0) * min(1, 0.97 + 0.3 * mottle)
        color += (patchPaints[number] - color) * amount
        covered = max(covered, amount)
      }
      var pigment = mottle * grain * (1 - 0.6 * covered) + (texture.smooth(x * 0.21, y * 0.21) - 0.5) * fineGrain
      if let network {
        pigment += network.density(x, y, t: t) * (1 - 0.8 * covered)
      }
      color += melanin * pigment
      // The skin's own unevenness shows through.
      let skin = canvas.density[index]
      canvas.density[index] += (color + (skin - tone) * 0.5 - skin) * presence
    }
  }

  private func groundField(_ random: inout PhantomRandom) -> ColorField {
    let kind: ColorField.Kind
    let turns = random.unit()
    let way = SIMD2(Polynomials.cosine(turns), Polynomials.sine(turns))
    switch plan.code {
    case .nv:
      kind = .gradient(
        centre: random.within(0.5, 1), drift: way * random.within(0, 0.1), noise: random.within(0.2, 0.5))
    case .bcc:
      kind = .gradient(centre: -0.1, drift: way * 0.3, noise: 0.9)
    case .mel:
      kind = .gradient(centre: 0.15, drift: way * random.within(0.2, 0.6), noise: random.within(0.8, 1.3))
    case .bkl:
      kind = .gradient(centre: 0.05, drift: way * random.within(0, 0.2), noise: 1.2)
    }
    return ColorField(kind, of: outline, shares: plan.shares, softness: random.within(0.12, 0.34), &random)
  }

  private func patchField(_ patch: LesionPlan.Patch, _ random: inout PhantomRandom) -> ColorField {
    let shares = [1 - patch.share, patch.share]
    switch patch.form {
    case .area:
      return ColorField(.clouds, of: outline, shares: shares, softness: 0.26, &random)
    case .nests:
      var nests: [(place: SIMD2<Float>, radius: SIMD2<Float>)] = []
      for _ in 0..<random.count(3...7) {
        let turns = random.unit()
        let away = random.within(0.1, 0.72)
        nests.append(
          (
            place: SIMD2(Polynomials.cosine(turns) * away, Polynomials.sine(turns) * away),
            radius: SIMD2(random.within(0.2, 0.4), random.within(0.2, 0.4))
          ))
      }
      return ColorField(.nests(nests), of: outline, shares: shares, softness: 0.12, &random)
    }
  }

  /// The paint, deepened where it is too near the skin's own colour for the border to be seen.
  private func apart(_ paint: Triple) -> Triple {
    let difference = paint - tone
    let largest = max(abs(difference.x), abs(difference.y), abs(difference.z))
    let wanted: Float = 0.62
    guard largest < wanted else { return paint }
    return paint + Triple(0.5, 1, 0.9) * ((wanted - largest) * 0.8)
  }

  /// The same paint, a little lighter or darker, warmer or cooler.
  private func varied(_ density: Triple, reddish: Bool, _ random: inout PhantomRandom) -> Triple {
    let deeper = random.bell() * 0.07
    let redder = reddish ? random.within(-0.08, 0.34) : random.within(-0.04, 0.04)
    return density * (1 + deeper) + Triple(-0.35, 0.3, 0.16) * redder
  }
}
