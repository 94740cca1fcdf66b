import AtomicFiles

extension AtomicFile {
  /// Adds markup.
  package func write(_ markup: Markup) throws(UnwritableFile) { try write(markup.html) }
}
