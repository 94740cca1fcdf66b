import Testing

@testable import Phantoms

@Suite struct PhantomColorTests {
  @Test(arguments: PhantomColor.allCases)
  func `each paint has its own name, also after density and back`(color: PhantomColor) {
    let paint = color.paint
    #expect(PhantomColor.named(red: paint.red, green: paint.green, blue: paint.blue) == color)
    let light = Light.through(color.density)
    let back = (Light.encoded(light.x) * 255, Light.encoded(light.y) * 255, Light.encoded(light.z) * 255)
    #expect(PhantomColor.named(red: back.0, green: back.1, blue: back.2) == color)
  }

  @Test func `light to density and back keeps eight bits`() {
    for level in stride(from: Float(8), through: 255, by: 1) {
      let light = Light.through(Light.density(level, level, level))
      #expect(abs(Light.encoded(light.x) * 255 - level) < 1)
    }
  }

  @Test func `pure green has no name`() {
    #expect(PhantomColor.named(red: 0, green: 255, blue: 0) == nil)
  }
}
