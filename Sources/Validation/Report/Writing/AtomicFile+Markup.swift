import AtomicFiles

extension AtomicFile {
  /// Adds markup.
  func write(_ markup: Markup) throws(UnwritableFile) { try write(markup.html) }
}
