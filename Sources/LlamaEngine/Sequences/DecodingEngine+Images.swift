import CLlama
import VisionLanguage

/// Images' prefixes, each in a sequence of its own that prompts fork from.
extension DecodingEngine {
  /// Reads an image's prefix into a sequence that prompts can fork from.
  ///
  /// - Parameters:
  ///   - tokens: what comes before the image, the same for all.
  ///   - image: its embeddings.
  /// - Returns: the image, and whether the tokens before the image had to be read.
  func open(
    after tokens: [llama_token], image: Projector.Embedding
  ) async throws -> (number: ImageContextID, isPrefixNew: Bool) {
    let sequence = try await imageSequence()
    let isPrefixNew: Bool
    do {
      guard !isClosed else { throw EngineFault.closed }
      try Task.checkCancellation()
      let available = context.shape.tokensPerSequence
      guard tokens.count + image.count < available else {
        throw EngineFault.promptTooLong(tokens: tokens.count + image.count, available: available)
      }
      isPrefixNew = try begin(sequence, with: tokens[...])
      try context.decode(image, into: sequence, at: tokens.count, attention: imageAttention)
    } catch {
      giveBackImage(sequence)
      throw error
    }
    let number = ImageContextID(value: nextNumber())
    images[number] = ImageSequence(
      sequence: sequence, length: tokens.count + image.count, position: tokens.count + image.positions.span)
    return (number, isPrefixNew)
  }

  /// Gives an image's sequence back once the prompts that were put to it have forked.
  func close(_ number: ImageContextID) {
    guard var image = images[number] else { return }
    image.isClosed = true
    images[number] = image
    releaseIfDone(number)
  }

  func releaseIfDone(_ number: ImageContextID) {
    guard let image = images[number], image.isClosed, image.pendingForks == 0 else { return }
    images[number] = nil
    giveBackImage(image.sequence)
  }

  func imageSequence() async throws -> Int {
    guard !isClosed else { throw EngineFault.closed }
    if let sequence = freeImageSequences.popLast() { return sequence }
    let number = nextNumber()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(throwing: CancellationError())
        } else {
          waitingImages.append(WaitingImage(number: number, continuation: continuation))
        }
      }
    } onCancel: {
      Task { await self.stopWaiting(number) }
    }
  }

  func stopWaiting(_ number: UInt64) {
    guard let index = waitingImages.firstIndex(where: { $0.number == number }) else { return }
    waitingImages.remove(at: index).continuation.resume(throwing: CancellationError())
  }

  func giveBackImage(_ sequence: Int) {
    context.clear(sequence)
    if waitingImages.isEmpty {
      freeImageSequences.append(sequence)
    } else {
      waitingImages.removeFirst().continuation.resume(returning: sequence)
    }
  }
}
