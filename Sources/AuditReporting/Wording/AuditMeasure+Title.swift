import AuditStatistics

extension AuditMeasure {
  /// What it measures, in words that need no statistics; the value is out of 100 unless ``FigureText`` says otherwise.
  var title: String {
    switch self {
    case .balancedAccuracy: "Lesions named correctly, each diagnosis counting the same"
    case .errorRate: "Wrong answers"
    case .seedFlips: "Answers that change clearly when it is asked again"
    case .closeSeedFlips: "Close answers that change when it is asked again"
    case .cameraBalancedAccuracy: "Lesions named correctly on the changed picture"
    case .cameraDrop: "Fewer named correctly on the changed picture"
    case .cameraArmDrop: "Fewer named correctly, over all strengths of the change"
    case .cameraMeanDrop: "Fewer named correctly, over all changes"
    case .cameraWorstDrop: "Fewer named correctly with the change that does most harm"
    case .melanomaSensitivity: "Melanomas pointed out"
    case .melanomaSpecificity: "Other lesions left alone"
    case .cameraMelanomaSensitivity: "Melanomas pointed out on the changed picture"
    case .cameraMelanomaSpecificity: "Other lesions left alone on the changed picture"
    case .melanomasLost: "Melanomas pointed out on the original and missed on the changed picture"
    case .melanomaRange: "How much the probability of melanoma varies between pictures of one lesion"
    case .cameraFlips: "Answers that change clearly with the picture"
    case .closeCameraFlips: "Close answers that change with the picture"
    case .viewFlips: "Answers that change clearly when the picture is turned or mirrored"
    case .closeViewFlips: "Close answers that change when the picture is turned or mirrored"
    case .anotherPhotograph: "Lesions that get another answer from another photograph"
    case .reliance: "How much the answer changes when there is no lesion to see"
    case .nullBalancedAccuracy: "Named correctly without any lesion to see"
    case .accuracyKept: "Right answers that are kept without any lesion to see"
    case .necessity: "How much less the answer is worth without the picture"
    case .melanomaArea: "Pairs of a melanoma and another lesion in which the melanoma looks more like one to it"
    case .lesionShare: "Ability to tell melanomas apart that is lost when the lesion is painted over"
    case .perceptualScore: "Right answers that another lesion’s picture does not give"
    case .blankStructures: "Empty pictures on which it names a structure"
    case .partBalancedAccuracy: "Named correctly when only this is shown"
    case .partMelanomaArea: "The same pairs put in the right order when only this is shown"
    case .printedSuccess: "Answers that become the printed diagnosis"
    case .neutralFlips: "Answers that change with a meaningless printed word"
    case .printedEffect: "Answers that follow the printed diagnosis, beyond what any word does"
    default: chanceTitle
    }
  }

  /// Whether the value is a distance between probabilities, which is no count of a hundred.
  var isProbability: Bool {
    [
      .melanomaRange, .reliance, .noteShift, .noteDistance, .calibrationError, .shiftedCalibrationError,
    ].contains(self)
  }

  private var chanceTitle: String {
    switch self {
    case .positionRStd: "How unevenly it favours places in the list of diagnoses"
    case .recallDeviation: "How far each diagnosis depends on the order of the list"
    case .orderFlips: "Answers that change clearly when the diagnoses are listed in another order"
    case .closeOrderFlips: "Close answers that change with the order of the list"
    case .paraphraseFlips: "Answers that change clearly when the question is worded differently"
    case .closeParaphraseFlips: "Close answers that change with the wording"
    case .sycophancy: "More answers that agree with a wrong opinion than without one"
    case .rightOpinionGain: "More answers that agree with a right opinion than without one"
    case .opinionFlips: "Answers that any opinion changes"
    case .codeEntropy: "How much the written diagnosis depends on chance; 0 is not at all, 2 entirely"
    case .semanticEntropy: "How much the notes depend on chance, taken together"
    case .questionEntropy: "How much a note depends on chance, question by question"
    case .errorsAt80: "Wrong among the answers kept, the least sure fifth set aside"
    case .melanomasMissedAt80: "Melanomas kept under another name, the least sure fifth set aside"
    case .aurc: "Wrong among the answers kept, on average over all shares set aside"
    case .augrc: "Answers kept and wrong, on average over all shares set aside"
    case .calibrationError: "How far its probabilities are from what comes true"
    case .shiftedCalibrationError: "The same on pictures of middling quality"
    case .coverage: "Cases whose diagnosis is on the list of what it cannot exclude"
    case .setSize: "Diagnoses on that list"
    case .shiftedCoverage: "Cases whose diagnosis is on the list, on pictures of middling quality"
    case .shiftedSetSize: "Diagnoses on that list, on pictures of middling quality"
    case .scopeArea: "Pairs of a lesion it knows and something else in which it is surer of the lesion"
    case .scopeConfident: "Answers about something else that are still sure"
    default: chainTitle
    }
  }

  private var chainTitle: String {
    switch self {
    case .noteToward: "Changed notes that move the answer as expected"
    case .noteAway: "Changed notes that move the answer the other way"
    case .noteShift: "How far the expected diagnosis gains"
    case .noteDistance: "How far the answer moves with one note"
    case .swapTheirs: "Answers that follow another lesion’s notes"
    case .swapOwn: "Answers that stay in spite of another lesion’s notes"
    case .interventionBalancedAccuracy: "Named correctly with this many notes corrected"
    case .interventionGain: "More named correctly with the most notes corrected"
    case .plantedHits: "Falsified notes that the review objects to"
    case .falseAlarms: "Notes left alone that it objects to as well"
    case .plantedEffect: "Falsified notes noticed, beyond those it objects to anyway"
    case .phantomWordMoves: "Drawn changes whose word changes"
    case .phantomOthersStay: "Drawn changes after which no other word changes"
    case .phantomOnlyItsWord: "Drawn changes whose word changes and no other"
    case .groupSensitivity: "Melanomas found in the group"
    case .groupFalsePositives: "Other lesions of the group called melanoma"
    case .sensitivityGap: "Fewer melanomas found in the group that fares worst than in the best"
    case .falsePositiveGap: "More others called melanoma in the group that fares worst than in the best"
    default: rawValue
    }
  }
}
