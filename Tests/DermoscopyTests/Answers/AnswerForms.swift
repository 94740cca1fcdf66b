@testable import Dermoscopy

/// The forms of the protocols' questions, as Sources/Dermoscopy/Protocols has them.
enum AnswerForms {
  static let shape = AnswerForm(
    kind: .one, values: ["round", "oval", "irregular"],
    synonyms: [
      "circular": "round", "circle": "round", "rounded": "round", "ovoid": "oval", "elliptical": "oval",
      "ellipse": "oval", "elongated": "oval", "asymmetric": "irregular", "asymmetrical": "irregular",
      "uneven": "irregular", "lobulated": "irregular",
    ])

  static let network = AnswerForm(
    kind: .yesNo, values: ["yes", "no"],
    synonyms: ["present": "yes", "visible": "yes", "reticular": "yes", "absent": "no", "none": "no"])

  static let structures = AnswerForm(
    kind: .many, values: ["dots", "globules", "streaks", "none"], none: "none",
    synonyms: [
      "dot": "dots", "globule": "globules", "globular": "globules", "streak": "streaks", "pseudopods": "streaks",
      "pseudopod": "streaks", "radial streaming": "streaks",
    ])

  static let colors = AnswerForm(
    kind: .many,
    values: [
      "light brown", "dark brown", "blue-gray", "brown", "black", "white", "red", "pink", "tan", "gray", "blue",
      "yellow", "orange", "purple",
    ],
    synonyms: [
      "blue-grey": "blue-gray", "blue gray": "blue-gray", "blue grey": "blue-gray", "bluish gray": "blue-gray",
      "bluish grey": "blue-gray", "gray-blue": "blue-gray", "grey-blue": "blue-gray", "slate": "blue-gray",
      "light-brown": "light brown", "dark-brown": "dark brown", "reddish": "red", "pinkish": "pink",
      "whitish": "white", "bluish": "blue", "brownish": "brown", "grayish": "gray", "greyish": "gray", "grey": "gray",
      "violet": "purple", "yellowish": "yellow", "beige": "tan",
    ])

  static let vessels = AnswerForm(
    kind: .many, values: ["arborizing", "dotted", "linear", "none"], none: "none",
    synonyms: [
      "arborising": "arborizing", "branching": "arborizing", "tree-like": "arborizing", "dots": "dotted",
      "punctate": "dotted", "linear-irregular": "linear", "hairpin": "linear",
    ])
}
