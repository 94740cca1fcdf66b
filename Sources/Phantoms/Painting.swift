import VisionLanguage

/// One phantom in the making: the plan, the outline, and the canvas before the camera.
struct Painting {
  let plan: LesionPlan
  let outline: LesionOutline
  let shares: ColorShares
  let truth: PhantomTruth
  private let map: LesionMap
  private var canvas: Canvas
  private var random: PhantomRandom

  /// Paints skin, lesion and structures.
  ///
  /// - Parameter toggled: the plan with one attribute toggled, which is then shown in place of it.
  init(_ plan: LesionPlan, toggled: LesionPlan? = nil, width: Int, height: Int, random source: PhantomRandom) {
    var random = source
    var canvas = Canvas(width: width, height: height)
    let outline = LesionOutline.drawn(plan.architecture, extent: canvas.extent, &random)
    let sharp = plan.code == .bkl || (plan.code == .mel && random.chance(0.4))
    let edge = sharp ? random.within(0.015, 0.04) : random.within(0.05, 0.16)
    let roughness: Float = plan.architecture == .irregular ? random.within(0.1, 0.26) : random.within(0.04, 0.13)
    let map = LesionMap(outline, edge: edge, roughness: roughness, over: canvas, &random)

    let skin = SkinPainter(tone: plan.tone, &random)
    skin.paint(&canvas, &random)
    let layers = LesionLayers(outline: outline, map: map, tone: skin.tone)
    let shown = toggled ?? plan
    if let toggled {
      // The random numbers run on as they do without the toggle, so that nothing else moves.
      var untoggled = canvas
      for layer in layers.all {
        var again = random
        layer(plan, &untoggled, &random)
        layer(toggled, &canvas, &again)
      }
    } else {
      for layer in layers.all { layer(plan, &canvas, &random) }
    }

    shares = ColorShares(canvas, map)
    truth = PhantomTruth(
      architecture: shown.architecture.rawValue, network: shown.network, structures: shown.structures,
      colors: shares.noticeable.map(\.rawValue), vessels: shown.vessels, regression: shown.regression,
      keratosis: shown.keratosis,
      code: PhantomRule.code(
        architecture: shown.architecture, network: shown.network, vessels: shown.vessels, regression: shown.regression,
        keratosis: shown.keratosis
      ).rawValue)
    self.plan = shown
    self.outline = outline
    self.map = map
    self.canvas = canvas
    self.random = random
  }

  /// Whether every colour that was planned is plainly there.
  var showsItsPlan: Bool {
    shares.plainlyShows(plan.ground + plan.patches.map(\.color))
  }

  /// The sRGB levels, 0 to 255, of the lesion's inside as painted, pixel by pixel.
  func insideLevels() -> [Triple] {
    var levels: [Triple] = []
    map.forEachPixel(of: canvas, within: 1 - map.edge) { index, _, _, _ in
      let light = Light.through(canvas.density[index])
      levels.append(Triple(Light.encoded(light.x), Light.encoded(light.y), Light.encoded(light.z)) * 255)
    }
    return levels
  }

  /// Lays hair, gel and ruler over the scene and takes the picture.
  func photographed() -> [UInt8] {
    var canvas = canvas
    var random = random
    Hairs.paint(&canvas, &random)
    Bubbles.paint(&canvas, &random)
    Ruler.paint(&canvas, &random)
    return Exposure(lesion: outline, extent: canvas.extent, &random).develop(canvas, &random)
  }
}

/// What is painted of a lesion, one layer over another.
private struct LesionLayers {
  let outline: LesionOutline
  let map: LesionMap
  let tone: Triple

  typealias Layer = (LesionPlan, inout Canvas, inout PhantomRandom) -> Void

  var all: [Layer] {
    [
      { LesionPainter(plan: $0, outline: outline, map: map, tone: tone).paint(&$1, &$2) },
      { if $0.regression { Peppering.paint(outline, on: &$1, &$2) } },
      { PigmentMarks.paint($0, outline, on: &$1, &$2) },
      { Vessels.paint($0.vessels, outline, on: &$1, &$2) },
      { if $0.keratosis { KeratosisMarks.paint(outline, on: &$1, &$2) } },
    ]
  }
}
