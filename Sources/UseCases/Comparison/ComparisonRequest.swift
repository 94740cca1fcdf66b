import Validation

/// A request to compare two runs over the same images: what `compare` does.
public struct ComparisonRequest: Sendable {
  /// The run called A.
  public var first: RunReference
  /// The run called B.
  public var second: RunReference
  /// A folder for the page and its JSON; `nil` to write none.
  public var folder: String?
  /// Where the page's pictures are; `nil` for the folder that the first run names.
  public var images: String?

  /// A comparison.
  public init(_ first: RunReference, _ second: RunReference, folder: String? = nil, images: String? = nil) {
    self.first = first
    self.second = second
    self.folder = folder
    self.images = images
  }

  /// Compares, and writes the page if there is a folder for it.
  ///
  /// - Parameters:
  ///   - opened: called when both runs are open, before they are compared.
  ///   - compared: handed the comparison while both databases are open.
  /// - Throws: `ComparisonFault`, `RecordFault`, `UnwritableFile`, `CancellationError`; what the
  ///   closures throw.
  public func run(opened: () throws -> Void = {}, compared: (RunComparison) async throws -> Void) async throws {
    let first = try await OpenRun(first)
    do {
      let second = try await OpenRun(second)
      do {
        try opened()
        let comparison = try await RunComparison(first, second)
        if let folder { try await ComparisonReport.write(comparison, into: folder, images: images) }
        try await compared(comparison)
      } catch {
        await second.close()
        throw error
      }
      await second.close()
    } catch {
      await first.close()
      throw error
    }
    await first.close()
  }
}
