import AuditStatistics
import Dermoscopy
import Validation

/// What is left of the answer when parts of the picture go.
struct LookingContent {
  let report: AuditReport
  let gallery: PictureGallery

  var markup: Markup {
    """
    \(ViewStrip(views: report.illustrations.views).markup)\(examples)\
    \(FigureTable(name: "Does it look?", figures: figures).markup)\
    \(folded("By what was shown", FigureTable(name: "By what was shown", figures: byArm).markup))
    """
  }

  private var figures: [AuditFigure] {
    report.overall([
      .lesionShare, .melanomaArea, .nullBalancedAccuracy, .accuracyKept, .reliance, .perceptualScore, .blankStructures,
    ])
  }

  private var byArm: [AuditFigure] {
    report.single(.partBalancedAccuracy) + report.single(.partMelanomaArea) + report.single(.nullBalancedAccuracy)
      + report.single(.reliance)
  }

  private var examples: Markup {
    let shown = report.illustrations.examples
    guard !shown.isEmpty else { return .none }
    let items = shown.map { example -> Markup in
      let views = example.views.map { view -> Markup in
        let name = ArmText.name(of: view.role)
        let picture = AuditPicture(image: example.image, role: view.role, arm: view.arm, dose: view.dose)
        return """
          <li>\(gallery.markup(picture, name))<span class="about">\(name)</span>\
          <span class="melanoma">melanoma \(NumberFormat.percent(view.melanoma, digits: 0))</span>\
          \(ShareBar(share: view.melanoma).markup)</li>
          """
      }
      return """
        <li><p><b><bdi>\(example.image)</bdi></b><span class="about">truth: \
        \(LesionCode.diagnosis(ofTruth: example.truth)); \(reason(example.choice))</span></p>\
        <ol class="views">\(views.joined())</ol></li>
        """
    }
    return
      "<h3 class=\"worst\">Lesion, outline, skin: its probability of melanoma</h3><ol class=\"strips\">\(items.joined())</ol>"
  }

  private func reason(_ choice: AuditIllustrations.ViewExample.Choice) -> String {
    switch choice {
    case .typicalMelanoma: "a typical melanoma to it"
    case .typicalOther: "typical of the lesions that are none"
    case .leastDependent: "the one that looks most like melanoma to it without its lesion"
    }
  }
}

/// A share as a bar in the colour of melanoma.
struct ShareBar {
  var share: Double

  var markup: Markup {
    """
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" \
    height="4"/><rect class="mel" width="\(min(max(share, 0), 1) * 100)" height="4"/></svg>
    """
  }
}
