import AuditStatistics

/// The kinds of change that a document can ask for, with the keys and roles that go with each.
enum ChangeKind: String, CaseIterable {
  case pixelate, jpeg
  case gaussianNoise = "gaussian_noise"
  case speckleNoise = "speckle_noise"
  case impulseNoise = "impulse_noise"
  case shotNoise = "shot_noise"
  case defocusBlur = "defocus_blur"
  case motionBlur = "motion_blur"
  case zoomBlur = "zoom_blur"
  case brightness, contrast, saturation
  case blackCorners = "black_corners"
  case whiteBalance = "white_balance"
  case shadesOfGrey = "shades_of_grey"
  case hairs, bubbles, ruler, ink
  case colorChart = "color_chart"
  case turned
  case skinCard = "skin_card"
  case noiseCard = "noise_card"
  case shuffledTiles = "shuffled_tiles"
  case lesionErased = "lesion_erased"
  case lesionOnly = "lesion_only"
  case silhouette
  case boxHidden = "box_hidden"
  case printed
  case noImage = "no_image"
  case anotherImage = "another_image"
  case seed, order, rewording, opinion, note, emptied
  case anotherNotes = "another_notes"
  case trueNotes = "true_notes"
  case planted, untouched
  case toggledPhantom = "toggled_phantom"
  case free

  /// The keys of its parameters.
  var keys: [String] {
    switch self {
    case .pixelate: ["scale"]
    case .jpeg: ["quality"]
    case .gaussianNoise, .speckleNoise: ["deviation"]
    case .impulseNoise: ["share"]
    case .shotNoise: ["photons"]
    case .defocusBlur: ["radius", "smoothing"]
    case .motionBlur: ["radius", "deviation", "angle"]
    case .zoomBlur: ["end", "step"]
    case .brightness, .contrast, .saturation: ["factor"]
    case .blackCorners: ["radius"]
    case .whiteBalance: ["red", "blue"]
    case .hairs: ["count", "place"]
    case .bubbles: ["count"]
    case .ruler: ["ticks"]
    case .ink: ["marks"]
    case .colorChart: ["patches"]
    case .turned: ["turn"]
    case .shuffledTiles: ["per_side"]
    case .boxHidden: ["share"]
    case .printed: ["texts", "height"]
    case .seed: ["by"]
    case .order: ["first"]
    case .rewording: ["phrases"]
    case .opinion: ["text", "is_right"]
    case .note: ["question", "value", "toward"]
    case .emptied: ["what"]
    case .trueNotes: ["count"]
    case .planted, .untouched, .toggledPhantom: ["question"]
    case .shadesOfGrey, .skinCard, .noiseCard, .lesionErased, .lesionOnly, .silhouette, .noImage, .anotherImage,
      .anotherNotes, .free:
      []
    }
  }

  /// Whether Phase 3's prompt is another one than the protocol's, with the same notes.
  var asksAnotherPrompt: Bool { [.order, .rewording, .opinion].contains(self) }

  /// The roles of arms that make such a change.
  var roles: [AuditRole] {
    switch self {
    case .printed: [.printed, .neutral]
    case .noImage: [.null]
    case .anotherImage: [.otherImage]
    case .seed, .free: [.control]
    case .order: [.order]
    case .rewording: [.paraphrase]
    case .opinion: [.opinion]
    case .note, .emptied: [.note]
    case .anotherNotes: [.swap]
    case .trueNotes: [.intervention]
    case .planted: [.planted]
    case .untouched: [.untouched]
    case .toggledPhantom: [.phantom]
    default: [.camera, .view, .null, .erased, .lesionOnly, .silhouette, .box, .shuffled, .outOfScope]
    }
  }
}
