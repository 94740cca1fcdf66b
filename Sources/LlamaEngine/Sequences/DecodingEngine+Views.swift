import CLlama
import VisionLanguage

/// Images' prefixes, each in a sequence of its own that prompts fork from.
extension DecodingEngine {
  /// Reads an image's prefix into a sequence that prompts can fork from.
  ///
  /// - Parameters:
  ///   - tokens: what stands before the image, the same for all.
  ///   - image: its embeddings.
  /// - Returns: the view, and whether the tokens before the image had to be read.
  func open(
    after tokens: [llama_token], image: Projector.Embedding
  ) async throws -> (number: ViewNumber, isOpeningNew: Bool) {
    let sequence = try await viewSequence()
    let isOpeningNew: Bool
    do {
      guard !isClosed else { throw EngineFault.closed }
      try Task.checkCancellation()
      let available = context.shape.tokensPerSequence
      guard tokens.count + image.count < available else {
        throw EngineFault.promptTooLong(tokens: tokens.count + image.count, available: available)
      }
      isOpeningNew = try begin(sequence, with: tokens[...])
      try context.decode(image, into: sequence, at: tokens.count, attention: imageAttention)
    } catch {
      giveBackView(sequence)
      throw error
    }
    let number = ViewNumber(value: nextNumber())
    views[number] = View(
      sequence: sequence, length: tokens.count + image.count, position: tokens.count + image.positions.span)
    return (number, isOpeningNew)
  }

  /// Gives a view's sequence back once the prompts that were put to it have forked.
  func close(_ number: ViewNumber) {
    guard var view = views[number] else { return }
    view.isClosed = true
    views[number] = view
    releaseIfDone(number)
  }

  func releaseIfDone(_ number: ViewNumber) {
    guard let view = views[number], view.isClosed, view.pendingForks == 0 else { return }
    views[number] = nil
    giveBackView(view.sequence)
  }

  func viewSequence() async throws -> Int {
    guard !isClosed else { throw EngineFault.closed }
    if let sequence = freeViewSequences.popLast() { return sequence }
    let number = nextNumber()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(throwing: CancellationError())
        } else {
          waitingViews.append(WaitingView(number: number, continuation: continuation))
        }
      }
    } onCancel: {
      Task { await self.stopWaiting(number) }
    }
  }

  func stopWaiting(_ number: UInt64) {
    guard let index = waitingViews.firstIndex(where: { $0.number == number }) else { return }
    waitingViews.remove(at: index).continuation.resume(throwing: CancellationError())
  }

  func giveBackView(_ sequence: Int) {
    context.clear(sequence)
    if waitingViews.isEmpty {
      freeViewSequences.append(sequence)
    } else {
      waitingViews.removeFirst().continuation.resume(returning: sequence)
    }
  }
}
