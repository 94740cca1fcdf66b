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
  init(_ plan: LesionPlan, width: Int, height: Int, random source: PhantomRandom) {
    var random = source
    var canvas = Canvas(width: width, height: height)
    let outline = LesionOutline.drawn(plan.architecture, extent: canvas.extent, &random)
    let sharp = plan.code == .bkl || (plan.code == .mel && random.chance(0.4))
    let edge = sharp ? random.within(0.015, 0.04) : random.within(0.05, 0.16)
    let roughness: Float = plan.architecture == .irregular ? random.within(0.1, 0.26) : random.within(0.04, 0.13)
    let map = LesionMap(outline, edge: edge, roughness: roughness, over: canvas, &random)

    let skin = SkinPainter(tone: plan.tone, &random)
    skin.paint(&canvas, &random)
    LesionPainter(plan: plan, outline: outline, map: map, tone: skin.tone).paint(&canvas, &random)
    if plan.regression { Peppering.paint(outline, on: &canvas, &random) }
    PigmentMarks.paint(plan, outline, on: &canvas, &random)
    Vessels.paint(plan.vessels, outline, on: &canvas, &random)
    if plan.keratosis { KeratosisMarks.paint(outline, on: &canvas, &random) }

    shares = ColorShares(canvas, map)
    truth = PhantomTruth(
      architecture: plan.architecture.rawValue, network: plan.network, structures: plan.structures,
      colors: shares.noticeable.map(\.rawValue), vessels: plan.vessels, regression: plan.regression,
      keratosis: plan.keratosis,
      code: PhantomRule.code(
        architecture: plan.architecture, network: plan.network, vessels: plan.vessels, regression: plan.regression,
        keratosis: plan.keratosis
      ).rawValue)
    self.plan = plan
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
