#if canImport(Glibc)
  import Glibc
#endif

/// The worker threads that libgomp keeps for the calling thread between two pieces of work.
///
/// libgomp counts the workers of all threads that ever asked for some. Where there are more than processors it lets every
/// team sleep at each barrier instead of waiting awake, the busy ones too: a team of the encoder that has nothing to do
/// made each token of a text model half as expensive again (Gemma 3 270M, two threads on two processors). So whoever has
/// done its work lets its workers go; the next work starts new ones, in less than a tenth of a millisecond.
enum OpenMPTeam {
  /// Ends the calling thread's idle workers. Does nothing where llama.cpp was built without libgomp.
  static func disband() {
    _ = pause?(softly)
  }

  /// `omp_pause_soft` of OpenMP 5.0.
  private static let softly: CInt = 1

  private static let pause: (@convention(c) (CInt) -> CInt)? = {
    // Already there with llama.cpp's backend, or not needed: it is not loaded for this.
    guard let library = dlopen("libgomp.so.1", RTLD_NOW | RTLD_NOLOAD),
      let symbol = dlsym(library, "omp_pause_resource_all")
    else { return nil }
    return unsafeBitCast(symbol, to: (@convention(c) (CInt) -> CInt).self)
  }()
}
