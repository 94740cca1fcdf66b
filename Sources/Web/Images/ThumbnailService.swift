import Caching
import Foundation
import Imaging
import Synchronization
import VisionLanguage

/// A thumbnail service: makes smaller and prepared pictures, one at a time on its own thread, and caches the most
/// recent ones.
final class ThumbnailService: Sendable {
  /// What is made of an image.
  enum ImageVariant: Sendable, Hashable {
    /// A JPEG with a limit on its longer side in pixels; of a DICOM file with several frames, of one.
    case smaller(side: Int, frame: Int? = nil)
    /// A PNG of what the model sees.
    case prepared(ImagePreparation, nativeSide: Int)
    /// A PNG without metadata, of the size that it has.
    case plain

    /// A key that distinguishes variants, the same in every run of the program.
    var name: String {
      switch self {
      case .smaller(let side, let frame): "s\(side)\(frame.map { "f\($0)" } ?? "")"
      case .prepared(.resize(let width, let height, let contrast), _): "p\(width)x\(height)c\(contrast)"
      case .prepared(.native, let side): "p\(side)"
      case .plain: "plain"
      }
    }

    var type: String {
      switch self {
      case .smaller: "image/jpeg"
      case .prepared, .plain: "image/png"
      }
    }
  }

  private struct Key: Hashable {
    var image: String
    var variant: ImageVariant
  }

  private struct State {
    /// By their bytes.
    var pictures: LRUCache<Key, [UInt8]>
    var waiting = 0
  }

  private let queue = WorkQueue("pictures")
  private let state: Mutex<State>
  private let limits: ServerLimits

  init(limits: ServerLimits) {
    self.limits = limits
    state = Mutex(State(pictures: LRUCache(limit: limits.pictureCacheBytes)))
  }

  /// A picture.
  ///
  /// - Parameter image: what tells this image from all others.
  /// - Throws: `Problem` 429 when too many wait, 422 for an image that cannot be read, 404 for one that is gone.
  func picture(
    of image: String, as variant: ImageVariant, bytes: @escaping @Sendable () throws -> [UInt8]
  ) async throws -> [UInt8] {
    let key = Key(image: image, variant: variant)
    return try await performInTurn {
      if let known = self.known(key) { return known }
      try Task.checkCancellation()
      let made = try Self.make(variant, from: try bytes(), limits: self.limits)
      self.keep(made, key)
      return made
    }
  }

  /// Does work on the thumbnails' own thread, unless too many wait for it.
  ///
  /// - Throws: `Problem` 429; what `work` throws.
  func performInTurn<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    let isFull = state.withLock { state in
      if state.waiting >= limits.picturesWaiting { return true }
      state.waiting += 1
      return false
    }
    guard !isFull else { throw Problem.busy("pictures_busy", "Too many pictures are being made.", retryAfter: 1) }
    defer { state.withLock { $0.waiting -= 1 } }
    return try await perform(work)
  }

  /// Does work on the thumbnails' own thread.
  func perform<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await queue.perform(work)
  }

  private static func make(_ variant: ImageVariant, from bytes: [UInt8], limits: ServerLimits) throws -> [UInt8] {
    var frame: Int?
    if case .smaller(_, let chosen) = variant { frame = chosen }
    let image = try ImageDecoder.decode(bytes, name: "the image", frame: frame).image
    switch variant {
    case .plain: return try ImageEncoder.png(image)
    case .prepared(let preparation, let side):
      return try ImageEncoder.png(try ImagePreparer.prepare(image, as: preparation, nativeSide: side))
    case .smaller(let side, _):
      let scale = min(1, Double(side) / Double(max(image.width, image.height)))
      let width = max(Int((Double(image.width) * scale).rounded()), 1)
      let height = max(Int((Double(image.height) * scale).rounded()), 1)
      let picture =
        scale == 1
        ? image
        : try ImagePreparer.prepare(image, as: .resize(width: width, height: height, contrast: 1), nativeSide: 0)
      return try ImageEncoder.jpeg(picture, quality: 85)
    }
  }

  private func known(_ key: Key) -> [UInt8]? { state.withLock { $0.pictures.value(of: key) } }

  private func keep(_ picture: [UInt8], _ key: Key) {
    state.withLock { $0.pictures.insert(picture, for: key, cost: picture.count) }
  }
}
