/// How a phantom's code follows from its attributes: the first rule that fits.
///
/// | rule | when | code | dermoscopy |
/// |---|---|---|---|
/// | 1 | keratosis | BKL | milia-like cysts, comedo-like openings: seborrheic keratosis |
/// | 2 | irregular, and no network or regression | MEL | asymmetry with blotches, scars or blue-white veil |
/// | 3 | arborizing vessels | BCC | the classic vessel of basal cell carcinoma |
/// | 4 | anything else | NV | symmetric, or irregular with an orderly network |
///
/// Rules 1 and 2 are the extended protocol's own, so a reader of true words who follows that protocol is never wrong.
enum PhantomRule {
  static func code(
    architecture: Architecture, network: Bool, vessels: [String], regression: Bool, keratosis: Bool
  ) -> Code {
    if keratosis { return .bkl }
    if architecture == .irregular, !network || regression { return .mel }
    if vessels.contains("arborizing") { return .bcc }
    return .nv
  }
}

/// The four codes.
enum Code: String, CaseIterable {
  case mel = "MEL"
  case nv = "NV"
  case bcc = "BCC"
  case bkl = "BKL"
}

/// The overall shape.
enum Architecture: String, CaseIterable {
  case round, oval, irregular
}
