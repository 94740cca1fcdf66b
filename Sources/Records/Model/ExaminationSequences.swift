/// A run's examinations in the order of their positions, fetched as they are read.
public struct ExaminationsOfRun: AsyncSequence, Sendable {
  let store: any RecordStore
  let run: RecordID
  /// Examinations held in memory at once.
  static let stride = 64

  /// Reads from the beginning.
  public func makeAsyncIterator() -> Iterator { Iterator(store: store, run: run) }

  /// A reader's place.
  public struct Iterator: AsyncIteratorProtocol {
    let store: any RecordStore
    let run: RecordID
    private var ready: ArraySlice<StoredExamination> = []
    private var last: Int?
    private var isOver = false

    init(store: any RecordStore, run: RecordID) {
      self.store = store
      self.run = run
    }

    /// The next examination; `nil` after the last.
    ///
    /// - Throws: ``RecordFault``; `CancellationError` when the task was cancelled.
    public mutating func next() async throws -> StoredExamination? {
      if ready.isEmpty, !isOver {
        try Task.checkCancellation()
        let page = try await store.examinations(ofRun: run, after: last, limit: ExaminationsOfRun.stride)
        isOver = page.count < ExaminationsOfRun.stride
        last = page.last?.position ?? last
        ready = page[...]
      }
      return ready.popFirst()
    }
  }
}

/// All examinations that match a query, newest first, fetched as they are read.
public struct MatchingExaminations: AsyncSequence, Sendable {
  let store: any RecordStore
  let query: RecordQuery

  /// Reads from the newest.
  public func makeAsyncIterator() -> Iterator { Iterator(store: store, query: query) }

  /// A reader's place.
  public struct Iterator: AsyncIteratorProtocol {
    let store: any RecordStore
    let query: RecordQuery
    private var ready: ArraySlice<StoredExamination> = []
    private var cursor: RecordCursor?
    private var isOver = false

    init(store: any RecordStore, query: RecordQuery) {
      self.store = store
      self.query = query
    }

    /// The next examination; `nil` after the last.
    ///
    /// - Throws: ``RecordFault``; `CancellationError` when the task was cancelled.
    public mutating func next() async throws -> StoredExamination? {
      if ready.isEmpty, !isOver {
        try Task.checkCancellation()
        let page: RecordPage<StoredExamination>
        do {
          page = try await store.examinations(matching: query, limit: ExaminationsOfRun.stride, after: cursor)
        } catch RecordFault.cancelled {
          throw CancellationError()
        }
        cursor = page.next
        isOver = page.next == nil
        ready = page.elements[...]
      }
      return ready.popFirst()
    }
  }
}
