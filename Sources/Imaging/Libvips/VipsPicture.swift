import CVips

/// One libvips image, released with its owner.
///
/// libvips computes pixels only when they are written out.
struct VipsPicture: ~Copyable {
  let pointer: UnsafeMutablePointer<VipsImage>

  /// What an operation puts out; `nil` when it fails.
  init?(_ operation: (UnsafeMutablePointer<UnsafeMutablePointer<VipsImage>?>) -> Int32) {
    var output: UnsafeMutablePointer<VipsImage>?
    guard operation(&output) == 0, let output else { return nil }
    pointer = output
  }

  deinit { g_object_unref(pointer) }

  var width: Int { Int(vips_image_get_width(pointer)) }
  var height: Int { Int(vips_image_get_height(pointer)) }
  var bands: Int { Int(vips_image_get_bands(pointer)) }
  var format: VipsBandFormat { vips_image_get_format(pointer) }
  var interpretation: VipsInterpretation { vips_image_get_interpretation(pointer) }
  /// 1 to 8, from EXIF, else from other metadata; 1 without any.
  func orientation(besideEXIF other: Int?) -> Int {
    if let other, !has("orientation") || !(1...8).contains(stored("orientation")) { return other }
    return Int(vips_image_get_orientation(pointer))
  }

  private func stored(_ field: String) -> Int {
    var value: Int32 = 0
    return vips_image_get_int(pointer, field, &value) == 0 ? Int(value) : 0
  }

  /// Whether the embedded profile is for high dynamic range: libjxl names the ones that it makes by their curve, in UTF-16.
  var hasDynamicRangeProfile: Bool {
    var start: UnsafeRawPointer?
    var count = 0
    guard vips_image_get_blob(pointer, VIPS_META_ICC_NAME, &start, &count) == 0, let start else { return false }
    let profile = Array(UnsafeRawBufferPointer(start: start, count: count).prefix(4_096))
    return ["_PeQ", "_HLG"].contains { name in
      profile.firstRange(of: name.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }) != nil
    }
  }

  func has(_ field: String) -> Bool { vips_image_get_typeof(pointer, field) != 0 }

  /// The picture with every pixel computed; `nil` when that fails.
  func computed() -> VipsPicture? {
    VipsPicture { output in
      output.pointee = vips_image_copy_memory(pointer)
      return output.pointee == nil ? -1 : 0
    }
  }

  /// Computes every pixel; `nil` when that fails.
  func bytes() -> [UInt8]? {
    var count = 0
    guard let memory = vips_image_write_to_memory(pointer, &count) else { return nil }
    defer { g_free(memory) }
    return Array(UnsafeRawBufferPointer(start: memory, count: count))
  }
}
