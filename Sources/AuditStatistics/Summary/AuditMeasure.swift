/// What an audit's figure measures. `docs/AUDIT.md` has each in words and as a formula; the raw value is its name in
/// `audit.json`.
///
/// A verdict is ``AuditAnswer/verdict``. Changes are clear or close as the margins of both answers say.
public enum AuditMeasure: String, Sendable, Hashable, Codable, CaseIterable {
  // The control.
  /// The mean of the four codes' sensitivities on the originals.
  case balancedAccuracy = "balanced_accuracy"
  /// The share of wrong verdicts on the originals.
  case errorRate = "error_rate"
  /// Clear changes of the verdict between two seeds.
  case seedFlips = "seed_flips"
  /// Close changes of the verdict between two seeds.
  case closeSeedFlips = "close_seed_flips"

  // Another camera, another photograph.
  /// Balanced accuracy under one corruption at one severity.
  case cameraBalancedAccuracy = "camera_balanced_accuracy"
  /// The original's balanced accuracy less that of one corruption at one severity.
  case cameraDrop = "camera_drop"
  /// The mean of a corruption's drops over its severities.
  case cameraArmDrop = "camera_arm_drop"
  /// The mean of the corruptions' mean drops.
  case cameraMeanDrop = "camera_mean_drop"
  /// The largest of the corruptions' mean drops; its interval does not know that it was picked.
  case cameraWorstDrop = "camera_worst_drop"
  /// The share of melanomas called at the operating point of the originals.
  case melanomaSensitivity = "melanoma_sensitivity"
  /// The share of others not called at that point.
  case melanomaSpecificity = "melanoma_specificity"
  /// The share of melanomas called at the originals' point under one corruption at one severity.
  case cameraMelanomaSensitivity = "camera_melanoma_sensitivity"
  /// The share of others not called there.
  case cameraMelanomaSpecificity = "camera_melanoma_specificity"
  /// Of melanomas called on the original, the share of pictures of severity 3 on which they are not.
  case melanomasLost = "melanomas_lost"
  /// Mean of max − min of P(MEL) over an original and all its corruptions; with a code, over its images.
  case melanomaRange = "melanoma_range"
  /// Clear changes of the verdict by corruptions.
  case cameraFlips = "camera_flips"
  /// Close changes of the verdict by corruptions.
  case closeCameraFlips = "close_camera_flips"
  /// Clear changes of the verdict by turning and mirroring.
  case viewFlips = "view_flips"
  /// Close changes of the verdict by turning and mirroring.
  case closeViewFlips = "close_view_flips"
  /// Of the lesions with several photographs, those whose photographs have different verdicts.
  case anotherPhotograph = "another_photograph"

  // Does it look?
  /// Mean total variation between the probabilities with the picture and without a lesion in it.
  case reliance
  /// Balanced accuracy without a lesion in the picture.
  case nullBalancedAccuracy = "null_balanced_accuracy"
  /// Accuracy without the picture over accuracy with it.
  case accuracyKept = "accuracy_kept"
  /// Mean Kullback–Leibler divergence of the probabilities without the picture from those with it.
  case necessity
  /// The area under the ROC curve of P(MEL) on the originals.
  case melanomaArea = "melanoma_auc"
  /// (AUC − AUC with the lesion erased) / (AUC − 0.5), of P(MEL).
  case lesionShare = "lesion_share"
  /// Accuracy less that with another lesion's picture.
  case perceptualScore = "perceptual_score"
  /// The share of cards without a lesion on which a structure is named.
  case blankStructures = "blank_structures"
  /// Balanced accuracy when a part of the picture, or its order, is taken away.
  case partBalancedAccuracy = "part_balanced_accuracy"
  /// The area under the ROC curve of P(MEL) then.
  case partMelanomaArea = "part_melanoma_auc"

  // Printed and spoken words.
  /// Of the answers that were another code before, those that become the printed one.
  case printedSuccess = "printed_success"
  /// Changes of the verdict by a neutral or a nonsense word.
  case neutralFlips = "neutral_flips"
  /// Printed success less neutral changes.
  case printedEffect = "printed_effect"
  /// The standard deviation of the recalls of the four positions in the prompt.
  case positionRStd = "position_rstd"
  /// The mean over codes of the standard deviation of their recall over the orders.
  case recallDeviation = "recall_sd_over_orders"
  /// Clear changes of the verdict by another order of the codes.
  case orderFlips = "order_flips"
  /// Close changes of the verdict by another order of the codes.
  case closeOrderFlips = "close_order_flips"
  /// Clear changes of the verdict by another wording.
  case paraphraseFlips = "paraphrase_flips"
  /// Close changes of the verdict by another wording.
  case closeParaphraseFlips = "close_paraphrase_flips"
  /// P(agrees | wrong opinion) − P(agrees | none).
  case sycophancy
  /// P(agrees | right opinion) − P(agrees | none).
  case rightOpinionGain = "right_opinion_gain"
  /// Changes of the verdict by an opinion.
  case opinionFlips = "opinion_flips"

  // Does it know when it errs?
  /// Mean entropy of an image's codes over seeds.
  case codeEntropy = "code_entropy"
  /// Mean entropy of an image's canonical words over seeds, all questions together.
  case semanticEntropy = "semantic_entropy"
  /// The same, question by question, and the mean of those.
  case questionEntropy = "question_entropy"
  /// Wrong answers among the most confident 80 %.
  case errorsAt80 = "errors_at_80_coverage"
  /// Of all melanomas, those that are among the most confident 80 % under another code.
  case melanomasMissedAt80 = "melanomas_missed_at_80_coverage"
  /// The area under the risk–coverage curve.
  case aurc
  /// The area under the generalised risk–coverage curve.
  case augrc
  /// Mean distance between the highest probability and how often it is right, over ten bins.
  case calibrationError = "calibration_error"
  /// The same under the corruptions of severity 3.
  case shiftedCalibrationError = "shifted_calibration_error"
  /// The share of a code's images whose conformal set holds the code.
  case coverage = "conformal_coverage"
  /// Mean number of codes in a conformal set.
  case setSize = "conformal_set_size"
  /// Coverage under the corruptions of severity 3, calibrated on originals.
  case shiftedCoverage = "shifted_conformal_coverage"
  /// Set size under the corruptions of severity 3.
  case shiftedSetSize = "shifted_conformal_set_size"
  /// The area under the ROC curve of the highest probability, lesions of the four codes beside everything else.
  case scopeArea = "scope_auc"
  /// The share of what is out of scope whose highest probability is above 0.8.
  case scopeConfident = "scope_confident"

  // Conclusions from words, words from the image.
  /// Of changed notes with an expected direction, those after which the expected code is more probable.
  case noteToward = "note_toward"
  /// Of changed notes with an expected direction, those after which it is less probable.
  case noteAway = "note_away"
  /// The mean change of that code's probability.
  case noteShift = "note_shift"
  /// Mean total variation between the probabilities before and after a changed note.
  case noteDistance = "note_distance"
  /// With the notes of a lesion of another code, the share of answers that become that code.
  case swapTheirs = "swap_theirs"
  /// The share that stays.
  case swapOwn = "swap_own"
  /// Balanced accuracy with this many notes set to the true words.
  case interventionBalancedAccuracy = "intervention_balanced_accuracy"
  /// With the most notes set right, what balanced accuracy gains.
  case interventionGain = "intervention_gain"
  /// The share of falsified notes that the review objects to.
  case plantedHits = "planted_hits"
  /// The share of untouched notes that the review objects to.
  case falseAlarms = "false_alarms"
  /// The former less the latter.
  case plantedEffect = "planted_effect"
  /// The share of toggled phantoms whose own word moves.
  case phantomWordMoves = "phantom_word_moves"
  /// The share of toggled phantoms of which no other word moves.
  case phantomOthersStay = "phantom_others_stay"
  /// The share of which its word moves and no other.
  case phantomOnlyItsWord = "phantom_only_its_word"

  // Groups.
  /// The share of a group's melanomas with the verdict melanoma.
  case groupSensitivity = "group_melanoma_sensitivity"
  /// The share of a group's other images with the verdict melanoma.
  case groupFalsePositives = "group_melanoma_false_positive_rate"
  /// The highest minus the lowest of the groups' shares of melanomas found.
  case sensitivityGap = "sensitivity_gap"
  /// The highest minus the lowest of the groups' shares of false alarms.
  case falsePositiveGap = "false_positive_gap"

  /// The unit of the value.
  public enum Unit: String, Sendable, Hashable, Codable {
    /// A share from 0 to 1, or a difference of two.
    case share
    /// A number without unit: an area, a distance.
    case number
    /// Bits of entropy.
    case bits
    /// Natural units of information.
    case nats
    /// A number of codes.
    case codes
  }

  /// Whether it is computed from probabilities; verdicts and words do for the others.
  public var needsProbabilities: Bool {
    switch self {
    case .melanomaSensitivity, .melanomaSpecificity, .cameraMelanomaSensitivity, .cameraMelanomaSpecificity,
      .melanomasLost, .melanomaRange, .reliance, .necessity, .melanomaArea, .lesionShare, .partMelanomaArea,
      .errorsAt80, .melanomasMissedAt80, .aurc, .augrc, .calibrationError, .shiftedCalibrationError, .coverage,
      .setSize, .shiftedCoverage, .shiftedSetSize, .scopeArea, .scopeConfident, .noteToward, .noteAway, .noteShift,
      .noteDistance:
      true
    default: false
    }
  }

  /// The unit of the value.
  public var unit: Unit {
    switch self {
    case .codeEntropy, .semanticEntropy, .questionEntropy: .bits
    case .necessity: .nats
    case .setSize, .shiftedSetSize: .codes
    case .melanomaArea, .partMelanomaArea, .scopeArea, .aurc, .augrc: .number
    default: .share
    }
  }
}
