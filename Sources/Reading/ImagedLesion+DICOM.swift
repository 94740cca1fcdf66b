import DICOM
import Dermoscopy

extension ImagedLesion {
  /// What a DICOM file says; `nil` when it says nothing.
  init?(_ metadata: DICOMLesionMetadata) {
    guard metadata != DICOMLesionMetadata() else { return nil }
    self.init()
    laterality = metadata.laterality?.rawValue
    region = metadata.anatomicRegion.map(Code.init)
    regionModifiers = metadata.regionModifiers.isEmpty ? nil : metadata.regionModifiers.map(Code.init)
    structure = metadata.anatomicStructure.map(Code.init)
    polarization = metadata.polarization
    colorTemperature = metadata.colorTemperature
    contact = metadata.contactMethod
    immersion = metadata.immersionMedia.isEmpty ? nil : metadata.immersionMedia
    magnification = metadata.magnification
    pixelSpacing = metadata.pixelSpacing.isEmpty ? nil : metadata.pixelSpacing
    spacingCalibration = metadata.spacingCalibration
    age = metadata.ageInYears
    sex = metadata.sex
    let digests = metadata.pseudonyms.map { ($0.kind.rawValue, $0.digits) }
    pseudonyms = digests.isEmpty ? nil : Dictionary(digests) { first, _ in first }
  }
}

extension ImagedLesion.Code {
  fileprivate init(_ code: DICOMLesionMetadata.Code) { self.init(scheme: code.scheme, code: code.value) }
}
