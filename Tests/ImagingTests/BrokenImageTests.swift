import Faults
import Imaging
import Testing

@Suite struct BrokenImageTests {
  @Test func `every broken file is refused in one line that names it`() throws {
    let files = try BrokenImages.all()
    #expect(files.count >= 30)
    #expect(Set(files.map(\.name)).count == files.count)
    for (name, bytes) in files {
      #expect(throws: ImageFault.self, "\(name) was read") {
        do throws(ImageFault) {
          _ = try ImageDecoder.decode(bytes, name: name)
        } catch {
          #expect(error.kind == .unusableInput, "\(error)")
          #expect(error.description.hasPrefix(name + ": "), "\(error)")
          #expect(!error.description.contains { $0.isNewline }, "\(error)")
          throw error
        }
      }
    }
  }
}
