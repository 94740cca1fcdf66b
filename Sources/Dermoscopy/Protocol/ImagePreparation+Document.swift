import VisionLanguage

extension ImagePreparation {
  private enum Name: String, CaseIterable {
    case native, resize
  }

  init(_ node: DocumentNode) throws(ProtocolFault) {
    switch try node.object().required("preparation").choice(of: Name.self) {
    case .native:
      _ = try node.object(knowing: ["preparation"])
      self = .native
    case .resize:
      let object = try node.object(knowing: ["preparation", "width", "height", "contrast"])
      self = .resize(
        width: try object.required("width").integer(ProtocolLimits.imageSide),
        height: try object.required("height").integer(ProtocolLimits.imageSide),
        contrast: try object.required("contrast").number(ProtocolLimits.contrast))
    }
  }
}
