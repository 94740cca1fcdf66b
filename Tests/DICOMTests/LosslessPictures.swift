import Foundation
import TestDICOM

/// One picture of 16 × 12 pixels, as other programs write it in JPEG-LS and lossless JPEG.
enum LosslessPictures {
  static let (width, height) = (16, 12)

  /// Its grey levels.
  static let levels = bytes(
    "AAAAAAAAAAAAAAAAAAAAAP/////////////////////Fx8nIycnJOT88y8bHy8bFx8nFy8c6PD8/Pzs5ysnKxcXIx8jLOjw7Oz46O8XGxslN"
      + "TU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU3JxcbJyj0/Ozs+OTrGx8bKysfFycU9Oj89Pz0+x8rFxsfJ"
      + "yMrLx8c8PTzJy8rHx8fGxcrHx8nIy8nLycfHy8nG")

  /// Its colours: the level, 255 less the level, and half of the level.
  static let colors = levels.flatMap { [$0, 255 - $0, $0 / 2] }

  /// The levels in JPEG-LS, written by CharLS.
  static let greyLS = bytes(
    "/9j/9wALCAAMABABAREA/9oACAEBAAAAAP9Elf9wAAAXIIlwAAAd5CwAAAeTcsbiiEEcAAAHl4kYAAAHe4AAAO8TkWojvHiohozgAAA9zSAw"
      + "AkshIAAAD3WLF/AAAB9sRrEAAAHkQsY+AAAB5oUre+NDPVTZyrI+ZQAAAfdgAAAeaMAAADzJSSdql0wAAAPETdpyiP/Z")

  /// The same with a restart after each fourth row.
  static let restartedLS = bytes(
    "/9j/9wALCAAMABABAREA/90ABAAE/9oACAEBAAAAAP9Elf9wAAAXIIlwAAAd5CwAAAeTcsbiiEEcAAAHl4kYAAAHe4AAAO8TkP/QAAABc1Sq"
      + "AAADtQTUjyAAB6GCUAAAHuaVgBpZCQAAAHusWf94/9EAAAFrJ3oAAAPJDVFPkQADEcFN3xoYvqbK6t9SgAAA+7AAAA9GYAAAHmSsk7SlScAA"
      + "ADxI3aKjAP/Z")

  /// The colours in JPEG-LS, written by CharLS: channels one after the other, by row and by sample.
  static let colorsLS = [
    bytes(
      "/9j/9wARCAAMABADAREAAhEAAxEA/9oACAEBAAAAAP9Elf9wAAAXIIlwAAAd5CwAAAeTcsbiiEEcAAAHl4kYAAAHe4AAAO8TkWojvHioho"
        + "zgAAA9zSAwAkshIAAAD3WLF/AAAB9sRrEAAAHkQsY+AAAB5oUre+NDPVTZyrI+ZQAAAfdgAAAeaMAAADzJSSdql0wAAAPETdpyiP/aAAgB"
        + "AgAAAABJX/9f/2AAAC5BEuAAADvEOAAADyLpC5RCCOAAADy8SMAAADvcAAAHeJyLUR3jxUQ0ZwAAAe5pAYASWQkAAAB7rFg//gAAA+qJ2Q"
        + "AAAeRCxj4AAAHmjNvfGhnqps5VkfMoAAAPuwAAAPNGAAAB5kpJO1S6YAAAHiJu05RA/9oACAEDAAAAAP9AAAB/JX/4ABS+AAADHtQAAAY3"
        + "Zrb27YAAAGOrTAAAAx+AAABkcqW7fzw+kTbgAAAvCS4JLLwAAAF2sGxfw+6u7AABmWEPAAAAxd3+y4olkRIEN+TUPAAABgoAAADEwgBzQp"
        + "oa2qAAAAxU7q4IAP/Z"),
    bytes(
      "/9j/9wARCAAMABADAREAAhEAAxEA/9oADAMBAAIAAwAAAQD/Ulf/f+J//2//cAAAH8//cAAAFyCJcAAAHeIcAAAHkXSFyM8yaiAAAAd9SQ"
        + "AAAeTcsbi3lKEIQAAB+IACE4UnFEII4AAAPLxIwAAAO9wAAAd4nJsylGSq0F2i6la3wUEoypgAAAY/AAAAyNGi1Ed48VkkTnWxKst001i2"
        + "7fzw/SCrgAAA9zSCYAAFLISAAAA91ijalCQIrTQ224AAAL0lcq5c8+DyfJ/5P/8A74nWIABVCxj4AAAHmhSoDtqE4AAE5qyxegABWVpg94"
        + "lKQAlNBTEbACEpRffBQiw02uGq2xpvDUlX65dJLIREgQ35XTKAAAD7sAAADzVAAAAehKRaRU/HZAEsGAAL6klSqPAAABgoAAADEwoByyJJ"
        + "iqVNgAAAeCSMpSiMql2gvwzVVCjWa8AAAGKoVU4MIP/Z"),
    bytes(
      "/9j/9wARCAAMABADAREAAhEAAxEA/9oADAMBAAIAAwAAAgBOkq7/f/9//uAAAB/f/3//f/9wAAAXIZtwiiKTX+AAADvAAAA7YAAGoRSU6A"
        + "AADyAAAA8QB7e6whG1pb3WMYpqmpG4imdcAAADwgICn7BFVKMmAAAB3hdAAABj/cAAADvC6AAADIkq6jIyKttqbZZ17r5R18oq/skmkiaC"
        + "bdE68AAAHuG0AAAF6ZElQUKsmAABBCpVvKSkZygAAAPcNvnbygr+SST/fAAAB9wG75i0ru/+ZmQAAAeQAAmAJJqDL5IzY5V2wAAAPMAAVA"
        + "EIQlSkq1i6r0nt0wTSURkX2SGcISTRNJeuDdr/FSKe1JNxL/AAAB9x2AAABgmSAAAA8wCUAAAGJtgmoAAAPQAAXAOJrbCKISmU3ERWqplV"
        + "plt6YAAAPAL4AAAMVKFExNxKyVrJQYUKEP/Z"),
  ]

  /// The levels in lossless JPEG with the predictors 2, 4, 5 and 7, written by dcmtk.
  static let greyJPEG = [
    bytes(
      "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALCAAMABABAREA/8QAHAAAAQQDAQAAAAAAAAAAAAAAAAIDBwgBBQYE/9oACAEBAAIAAK/gAAAAX/"
        + "v/AH/v/f8Av/f+/wDf+/8Af+/9/wC/9/7/APC8PxPEcTxPE05p/Tzi+G4fi+G4VSm1prhXJ4XW+uS0uCcKQ4DbeMKaQ25A8CQLAkA7PY7L"
        + "Ze/Z7KB4GgaAwAAAAAAAAAAnyeJ5nyfdf4dbrfBq9ZPM9TzPuVYGhpxWXHMrw2hS8vWKsagRYyxq0KzhtSG1ZsfYyx42hxWP///Z"),
    bytes(
      "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALCAAMABABAREA/8QAGwABAAMBAQEBAAAAAAAAAAAAAAECAwgEBwb/2gAIAQEABAAA5/AAHf4AA/"
        + "C2tEnN+1Oj8p0yizHfLnK3SeN+bL9IZbZ1m+W+bNdfC0ej4PSYp0jWVNI51hQAAAAA++ZzeecrZr5T0ZMaTNJy1y9NYupbOlNZrr0Jfm+9"
        + "Oj551x1iKbZRtHR1L84ZzvWn///Z"),
    bytes(
      "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALCAAMABABAREA/8QAGgABAAMBAQEAAAAAAAAAAAAAAAECAwcIBv/aAAgBAQAFAADz+AAPf4AA+F"
        + "taJPN+1PR+U6ZRact8/OVul0tzSfSNNM62muvNZqvW3QrNuDxKOkxKLOdEAAAAAHfM5vPnK2a+U+jJjSYrfPn2e9Zmeh3zimhfoFvOVq+j"
        + "rc6zuiu2bSOk1vzek7Vp/9k="),
    bytes(
      "/9j/4AAQSkZJRgABAQAAAQABAAD/wwALCAAMABABAREA/8QAHAAAAQQDAQAAAAAAAAAAAAAAAAECBwgDBAYF/9oACAEBAAcAAK/gAAAAX/"
        + "sBYCwFgLAWAsBYCwFgLAWAsBYCwHC+J4vh+L4niVUiKHOu8DxPH8DwnOx5WVxjrKOjWOJKR7WqqZI3VrVa6Q0bkgfguC4LgNrZ2dnY2tng"
        + "+D4PgQAAAAAAAAAAnzuu9kDv4xw6mth09awffd5IKiOxx3jyjlfIr2IxyuySHI8cK2xskKxVRuRjXEkyLJKMTIN////Z"),
  ]

  /// The colours in lossless JPEG with predictor 1, written by dcmtk.
  static let colorsJPEG = bytes(
    "/9j/wwARCAAMABADABEAAREAAhEA/8QAGwABAQEBAQEBAQAAAAAAAAAAAAIBAwgHBgX/2gAMAwAAAQACAAEAAPP/AN/8/gAAAAAAD3/4A+/g"
      + "AAAAAAD8L+6/hVO1O5rcAeb/AEh837cbi89H+cPo/LrO46c65dZzcqdqd59J7cb59J85ejfnNTtxoHPpM1npHzd9Jzc3N5dYmsuKzc3NuN83"
      + "ekfm9TubguK59J3Horzr9F3NFxvwf7x+DAAAAAAAAAAAAAAAAAAAAAAAH3z4H++59J3NuN3N85ejfnFTvPpIuK5dY3N9Gec/o24zXTnW5sXM"
      + "1nTnXPpPnf0R87i868qmsqdms3N9E+dvolxXLrG5sXNTuaqd3HPpI86ei/nW4zXo3zl9GqdzUXIGazc68ri5FTuauNmsqdmsmsHTnU1kXn//"
      + "/9k=")

  /// A DICOM file with a compressed frame.
  static func file(_ syntax: String, _ frame: [UInt8], samples: Int) -> HandmadeDICOM {
    var file = HandmadeDICOM.rgb
    file.syntax = syntax
    file.describe(photometric: samples == 3 ? "RGB" : "MONOCHROME2", samples: samples)
    if samples == 1 { file.elements[0x0028_0006] = nil }
    file.put(0x0028_0010, number: height)
    file.put(0x0028_0011, number: width)
    file.put(fragments: [frame])
    return file
  }

  private static func bytes(_ text: String) -> [UInt8] { Data(base64Encoded: text).map(Array.init) ?? [] }
}
