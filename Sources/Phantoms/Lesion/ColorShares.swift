/// The shares of the named colours in a painted lesion.
struct ColorShares {
  private(set) var shares: [PhantomColor: Float] = [:]

  /// Counts the lesion's inside as painted: before hair, gel and camera, and where the border has not begun to fade.
  init(_ canvas: Canvas, _ map: LesionMap) {
    var counts: [Int] = Array(repeating: 0, count: PhantomColor.allCases.count)
    var total = 0
    let colors = PhantomColor.allCases
    map.forEachPixel(of: canvas, within: 1 - map.edge) { index, _, _, _ in
      let light = Light.through(canvas.density[index])
      total += 1
      let name = PhantomColor.named(
        red: Light.encoded(light.x) * 255, green: Light.encoded(light.y) * 255, blue: Light.encoded(light.z) * 255)
      if let name, let number = colors.firstIndex(of: name) { counts[number] += 1 }
    }
    for (number, color) in colors.enumerated() {
      shares[color] = Float(counts[number]) / Float(max(1, total))
    }
  }

  /// Shares that leave no doubt whether a colour is noticeable.
  static let plainlyAbsent = PhantomColor.noticeableShare * 0.5
  static let plainlyPresent = PhantomColor.noticeableShare * 1.6

  /// Whether these colours are all plainly there.
  func plainlyShows(_ colors: [PhantomColor]) -> Bool {
    colors.allSatisfy { (shares[$0] ?? 0) >= ColorShares.plainlyPresent }
  }

  /// Whether every colour is either plainly there or plainly not.
  var isClear: Bool {
    shares.values.allSatisfy { $0 < ColorShares.plainlyAbsent || $0 >= ColorShares.plainlyPresent }
  }

  /// The colours that are noticeable, largest first.
  var noticeable: [PhantomColor] {
    let order = PhantomColor.allCases
    return order.enumerated()
      .filter { (shares[$0.element] ?? 0) >= PhantomColor.noticeableShare }
      .sorted { a, b in
        let x = shares[a.element] ?? 0
        let y = shares[b.element] ?? 0
        return x == y ? a.offset < b.offset : x > y
      }
      .map(\.element)
  }
}
