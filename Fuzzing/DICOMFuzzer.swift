import DICOM

/// libFuzzer's entry point (llvm.org/docs/LibFuzzer.html): any bytes as a DICOM file. Whatever they are, the outcome is a picture
/// or a `DICOMFault`; a trap, a leak or too much time or memory is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDICOM(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  for frame in [nil, 1] {
    let options = DICOMOptions(frame: frame, keepsDemographics: true, pseudonymKey: [1, 2, 3])
    guard let image = try? DICOMImage(bytes, options: options, inflatedLimit: 1 << 20) else { return 0 }
    // The caller refuses large pictures by their size alone, before a frame is looked at.
    guard image.width * image.height <= 1 << 16 else { return 0 }
    _ = image.lesion
    _ = image.iccProfile
    _ = try? image.frame()
    let samples = [UInt16](repeating: 40_000, count: image.width * image.height * image.samples)
    _ = try? image.rendered(decoded: samples, channels: image.samples, areTransformed: frame == nil)
  }
  return 0
}
