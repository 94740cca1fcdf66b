import Foundation
import Testing

@testable import Datasets

@Suite struct LabelsTests {
  private func labels(_ text: String) throws -> Labels { try Labels(bytes: Array(text.utf8), name: "l.csv") }

  private func fault(_ text: String) -> LabelFault? {
    do throws(LabelFault) {
      _ = try Labels(bytes: Array(text.utf8), name: "l.csv")
      return nil
    } catch {
      return error
    }
  }

  @Test func `the seed's format is read`() throws {
    let labels = try labels("Image,Dx, Lesion attributes\nISIC_1,mel,\"blue veil, streaks\"\nISIC_2,nv,\n")
    #expect(labels.byImage.count == 2)
    #expect(labels.remarks.isEmpty)
    let label = try #require(labels.label(ofImageNamed: "ISIC_1.jpg"))
    #expect(label == ImageLabel(code: "MEL", attribute: "blue veil, streaks", line: 2))
    #expect(labels.label(ofImageNamed: "ISIC_2.png")?.attribute == "")
  }

  @Test(arguments: [
    "image,dx", "IMAGE , DX ", "\u{FEFF}Image,Dx", "\"Image\",\" Dx\"", "Dx,Image", "Age,Dx,Image", " Image,  dx,Other",
  ])
  func `columns are found by name, whatever their case, spaces and order`(_ header: String) throws {
    let columns = header.split(separator: ",").map { $0.lowercased() }
    let row = columns.map { $0.contains("image") ? "a" : $0.contains("dx") ? "nv" : "9" }.joined(separator: ",")
    #expect(try labels(header + "\r\n" + row + "\r\n").label(ofImageNamed: "a.jpg")?.code == "NV")
  }

  @Test func `a row may be shorter than the header but not longer`() throws {
    #expect(try labels("Image,Dx,Lesion attributes\na,nv\n").label(ofImageNamed: "a")?.attribute == "")
    #expect(
      fault("Image,Dx\na,nv\n\nb,nv,more\n")?.description == "l.csv, line 4: 3 fields where the header has 2")
  }

  @Test func `what lacks its columns, names or codes is refused`() {
    #expect(fault("")?.description == "l.csv: the file is empty")
    #expect(
      fault("a,b\n1,2\n")?.description
        == "l.csv, line 1: no column names the image (looked for image, image_id, isic_id, image_name, img_id, bcn_filename, "
        + "filename, file_name, …), and none says the diagnosis (looked for dx, diagnosis, diagnosis_1 … diagnosis_5, "
        + "diagnostic, target, a column for each of MEL, NV, …); found a, b. Name it with --image-column and --label-column"
    )
    #expect(fault("\n\na,b\n")?.line == 3)
    #expect(fault("Image\n")?.line == 1)
    #expect(fault("Image,Dx\n,nv\n")?.description == "l.csv, line 2: an image's name or its code is missing")
    #expect(fault("Image,Dx\na, \n")?.line == 2)
    #expect(fault("Image,Dx\na\n")?.line == 2)
    #expect(fault("Image,Dx\na,\"nv\n")?.line == 2)
  }

  @Test func `a file with a header alone labels nothing`() throws {
    #expect(try labels("Image,Dx\n").byImage.isEmpty)
  }

  @Test func `an image that is there twice is remarked upon`() throws {
    let labels = try labels("Image,Dx\na,nv\nb,mel\na.jpg,NV\n")
    #expect(labels.label(ofImageNamed: "a")?.line == 2)
    #expect(labels.remarks == ["l.csv, line 4: a is there again, as on line 2"])
  }

  @Test func `an image that two rows contradict each other about counts as unlabelled`() throws {
    let labels = try labels("Image,Dx\na,nv\na,mel\na,nv\nb,nv\n")
    #expect(labels.label(ofImageNamed: "a.png") == nil)
    #expect(labels.label(ofImageNamed: "b.png") != nil)
    #expect(labels.remarks.count == 2)
    #expect(labels.remarks[0] == "l.csv, line 3: a is MEL here and NV on line 2; it counts as unlabelled")
  }

  @Test func `codes beyond the four are kept as they are`() throws {
    let labels = try labels("Image,Dx\na,akiec\nb,Vasc\n")
    #expect(labels.label(ofImageNamed: "a")?.code == "AKIEC")
    #expect(labels.label(ofImageNamed: "b")?.code == "VASC")
  }

  @Test(arguments: [
    ("ISIC_1", "ISIC_1"), ("ISIC_1.jpg", "ISIC_1"), ("ISIC_1.JPG", "ISIC_1"), ("a/b/ISIC_1.tiff", "ISIC_1"),
    ("/abs/ISIC_1", "ISIC_1"), ("v1.2", "v1.2"), ("v1.2.png", "v1.2"), (".png", ".png"), ("x.png.png", "x.png"),
    ("", ""), ("/", "/"), ("x.", "x."), ("a.jfif", "a"), ("a.HEIC", "a"), ("a.dcm", "a"), ("a.txt", "a.txt"),
  ])
  func `images match by name without folder and extension`(_ name: String, _ key: String) {
    #expect(Labels.key(of: name) == key)
  }

  @Test func `names are told apart by case`() throws {
    let labels = try labels("Image,Dx\nA,nv\n")
    #expect(labels.label(ofImageNamed: "a.png") == nil)
  }

  @Test func `a missing file is a missing input, a folder likewise`() {
    for path in ["/nonexistent/l.csv", "/"] {
      #expect(throws: LabelFault.self) {
        do throws(LabelFault) {
          _ = try Labels(path: path)
        } catch {
          #expect(error.kind == .missingInput)
          throw error
        }
      }
    }
  }

  @Test func `a mistake in every row is named a few times and then counted`() throws {
    let rows = (0..<500).map { _ in "a,nv" }.joined(separator: "\n")
    let labels = try Labels(bytes: Array(("Image,Dx\n" + rows + "\n").utf8), name: "l.csv")
    #expect(labels.remarks.count == 21)
    #expect(labels.remarks.first == "l.csv, line 3: a is there again, as on line 2")
    #expect(labels.remarks.last == "l.csv: 479 more rows like these")
  }
}
