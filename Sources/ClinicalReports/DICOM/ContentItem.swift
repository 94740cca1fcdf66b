/// An item of a structured report's tree (PS3.3, C.17.3).
struct ContentItem {
  /// How it belongs to the item above it.
  enum Relationship: String {
    case contains = "CONTAINS"
    case modifies = "HAS CONCEPT MOD"
    case observes = "HAS OBS CONTEXT"
  }

  /// What it says.
  enum Value {
    case container(template: String?)
    case code(ClinicalCode)
    case text(String)
    case uid(String)
    case number(String, unit: ClinicalCode)
    case image(class: String, instance: String, frame: Int?)
  }

  let relationship: Relationship?
  let name: ClinicalCode
  let value: Value
  var children: [ContentItem] = []

  init(_ relationship: Relationship?, _ name: ClinicalCode, _ value: Value, _ children: [ContentItem] = []) {
    self.relationship = relationship
    self.name = name
    self.value = value
    self.children = children
  }

  /// Its elements; the root's are part of the data set itself.
  func put(into set: inout DICOMElements) {
    set.put(0x0040_A010, "CS", relationship?.rawValue)
    set.put(0x0040_A043, [Self.code(name)])
    switch value {
    case .container(let template):
      set.put(0x0040_A040, "CS", "CONTAINER")
      set.put(0x0040_A050, "CS", "SEPARATE")
      if let template {
        var item = DICOMElements()
        item.put(0x0008_0105, "CS", "DCMR")
        item.put(0x0040_DB00, "CS", template)
        set.put(0x0040_A504, [item])
      }
    case .code(let code):
      set.put(0x0040_A040, "CS", "CODE")
      set.put(0x0040_A168, [Self.code(code)])
    case .text(let text):
      set.put(0x0040_A040, "CS", "TEXT")
      set.put(0x0040_A160, "UT", text)
    case .uid(let uid):
      set.put(0x0040_A040, "CS", "UIDREF")
      set.put(0x0040_A124, "UI", uid)
    case .number(let text, let unit):
      set.put(0x0040_A040, "CS", "NUM")
      var item = DICOMElements()
      item.put(0x0040_08EA, [Self.code(unit)])
      item.put(0x0040_A30A, "DS", text)
      set.put(0x0040_A300, [item])
    case .image(let storage, let instance, let frame):
      set.put(0x0040_A040, "CS", "IMAGE")
      var item = DICOMElements()
      item.put(0x0008_1150, "UI", storage)
      item.put(0x0008_1155, "UI", instance)
      item.put(0x0008_1160, "IS", frame.map(String.init))
      set.put(0x0008_1199, [item])
    }
    guard !children.isEmpty else { return }
    set.put(
      0x0040_A730,
      children.map { child in
        var item = DICOMElements()
        child.put(into: &item)
        return item
      })
  }

  private static func code(_ code: ClinicalCode) -> DICOMElements {
    var item = DICOMElements()
    item.put(0x0008_0100, "SH", code.code)
    item.put(0x0008_0102, "SH", code.system.rawValue)
    item.put(0x0008_0104, "LO", String(code.meaning.prefix(64)))
    return item
  }
}
