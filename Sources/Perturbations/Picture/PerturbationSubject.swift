import Digests
import Faults
import Phantoms
import VisionLanguage

/// An original and what arms need to know about it; makes its changed pictures.
///
/// Every draw follows from the original's digest and the arm's seed, so that a picture is the same however many are made
/// at once. Safe to use from several threads.
public struct PerturbationSubject: Sendable {
  /// The control: the original at the working size, unchanged.
  public let control: PixelImage
  /// The original's digest.
  public let digest: SHA256Digest
  /// The mask, or why there is none.
  public let mask: Result<LesionMask, PerturbationFault>
  /// The code that printed words depend on: the truth's, or the control's answer.
  public let code: String?
  private let size: WorkingSize
  let skinRing: Result<SkinRing, PerturbationFault>

  /// Brings an original to the working size and finds its lesion.
  ///
  /// - Parameters:
  ///   - original: decoded and upright, before any preparation.
  ///   - size: the working size.
  ///   - mask: a picture of the lesion's mask; without one the lesion is looked for.
  ///   - code: see ``code``.
  ///   - findsMask: whether to look for the lesion where no mask is given; arms that need one then fail and say so.
  /// - Throws: ``PerturbationFault`` for a picture that is too narrow.
  public init(
    original: PixelImage, size: WorkingSize = .standard, mask: PixelImage? = nil, code: String? = nil,
    findsMask: Bool = true
  ) throws(PerturbationFault) {
    let control = try size.scaled(original)
    self.control = control
    self.size = size
    self.code = code
    digest = original.digest
    let found = Result { () throws(PerturbationFault) -> LesionMask in
      if let mask { return try LesionMask(picture: mask, width: control.width, height: control.height) }
      guard findsMask else { throw .noMask(reason: "none was given") }
      return try LesionSegmentation.mask(of: control)
    }
    self.mask = found
    skinRing = found.map { SkinRing(around: $0, in: control) }
  }

  /// A changed picture, of the control's size.
  ///
  /// - Parameters:
  ///   - change: what is changed, and how much.
  ///   - seed: the arm's.
  /// - Throws: ``PerturbationFault`` where the arm needs a mask or a word that is not there, or a word does not fit.
  public func changed(by change: PictureChange, seed: UInt64 = 0) throws(PerturbationFault) -> PixelImage {
    switch change {
    case .pixelate, .jpeg, .gaussianNoise, .speckleNoise, .impulseNoise, .shotNoise:
      return try sampled(change, seed)
    case .defocusBlur, .motionBlur, .zoomBlur: return try blurred(change, seed)
    case .brightness(let factor): return try Lighting.brightness(control, factor: factor)
    case .contrast(let factor): return try Lighting.contrast(control, factor: factor)
    case .saturation(let factor): return try Lighting.saturation(control, factor: factor)
    case .blackCorners(let radius): return try Lighting.blackCorners(control, radius: radius)
    case .whiteBalance(let red, let blue): return try Lighting.gain(control, red: red, blue: blue)
    case .shadesOfGrey: return try Lighting.shadesOfGrey(control)
    case .hairs, .bubbles, .ruler, .ink, .colorChart: return try painted(change, seed)
    case .turned(let turn): return try Turning.turned(control, turn)
    case .skinCard, .noiseCard, .shuffledTiles, .lesionErased, .lesionOnly, .silhouette, .boxHidden:
      return try card(change, seed)
    case .printedWord(let text, let height):
      return try PrintedWord(text: try word(text), height: height).printed(on: control)
    }
  }

  private var cells: GridCells { GridCells(side: size.grid, over: control) }

  private func random(_ label: String, _ seed: UInt64) -> RandomStream {
    RandomStream(of: digest, label: label, seed: seed)
  }

  private func sampled(_ change: PictureChange, _ seed: UInt64) throws(PerturbationFault) -> PixelImage {
    switch change {
    case .pixelate(let scale): return try Compression.pixelate(control, scale: scale, grid: size.grid)
    case .jpeg(let quality): return try Compression.jpeg(control, quality: quality, cells)
    case .gaussianNoise(let deviation):
      var random = random("gaussian_noise", seed)
      return try SensorNoise.gaussian(control, deviation: deviation, cells, &random)
    case .speckleNoise(let deviation):
      var random = random("speckle_noise", seed)
      return try SensorNoise.speckle(control, deviation: deviation, cells, &random)
    case .impulseNoise(let share):
      var random = random("impulse_noise", seed)
      return try SensorNoise.impulse(control, share: share, cells, &random)
    case .shotNoise(let photons):
      var random = random("shot_noise", seed)
      return try SensorNoise.shot(control, photons: photons, cells, &random)
    default: return control
    }
  }

  private func blurred(_ change: PictureChange, _ seed: UInt64) throws(PerturbationFault) -> PixelImage {
    let scale = size.pixelsPerCell
    switch change {
    case .defocusBlur(let radius, let smoothing):
      return try Blurring.defocus(control, radius: radius * scale, smoothing: smoothing * scale)
    case .motionBlur(let radius, let deviation, let angle):
      var random = random("motion_blur", seed)
      return try Blurring.motion(
        control, radius: radius * scale, deviation: deviation * scale, angle: angle ?? (random.unit() * 90 - 45))
    case .zoomBlur(let end, let step): return try Blurring.zoom(control, to: end, step: step)
    default: return control
    }
  }

  private func painted(_ change: PictureChange, _ seed: UInt64) throws(PerturbationFault) -> PixelImage {
    var random = random("artefacts", seed)
    var painter = ArtefactPainter(control, seed: random.next())
    switch change {
    case .hairs(let count, let place):
      switch place {
      case .anywhere: painter.hairs(count, placed: .anywhere)
      case .skin: painter.hairs(count, placed: .beside(lesion: try ring().lesion))
      case .lesion: painter.hairs(count, placed: .across(lesion: try mask.get().inside))
      }
    case .bubbles(let count): painter.bubbles(count)
    case .ruler(let ticks): painter.ruler(ticks: ticks)
    case .ink(let marks): painter.ink(marks: marks)
    case .colorChart(let patches): painter.colorChart(patches: patches)
    default: break
    }
    return painter.painted()
  }

  private func ring() throws(PerturbationFault) -> SkinRing { try skinRing.get() }

  private func card(_ change: PictureChange, _ seed: UInt64) throws(PerturbationFault) -> PixelImage {
    switch change {
    case .skinCard:
      let color = if case .success = mask { try ring().color } else { SkinRing.color(of: control) }
      return try Cards.skin(control, color: color)
    case .noiseCard:
      var random = random("noise_card", seed)
      return try Cards.noise(control, cells, &random)
    case .shuffledTiles(let perSide):
      var random = random("shuffled_tiles", seed)
      return try Cards.shuffledTiles(control, perSide: perSide, &random)
    case .lesionErased:
      var random = random("lesion_erased", seed)
      return try LesionErasure(control, ring: try ring()).erased(&random)
    case .lesionOnly: return try Cards.lesionOnly(control, try ring())
    case .silhouette: return try Cards.silhouette(control, try mask.get(), try ring())
    case .boxHidden(let share): return try Cards.boxHidden(control, try ring(), share: share)
    default: return control
    }
  }

  private func word(_ text: PictureChange.PrintedText) throws(PerturbationFault) -> String {
    switch text {
    case .same(let word): return word
    case .byCode(let words):
      guard let code, let word = words[code] else { throw .noWord(code: code) }
      return word
    }
  }
}
