import Faults

/// How an image's tokens lie over the prepared picture: in rows from the top, each from left to right, all of one size.
public struct ImageTokenGrid: Sendable, Hashable {
  /// Tokens in a row.
  public let columns: Int
  /// Rows of tokens.
  public let rows: Int

  /// A grid.
  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// The tokens of one of the blocks into which the grid is divided.
  ///
  /// - Parameters:
  ///   - block: the block's number, row by row; in `0..<perSide * perSide`.
  ///   - perSide: blocks in a row and in a column.
  public func tokens(ofBlock block: Int, perSide: Int) -> [Int] {
    let (row, column) = (block / perSide, block % perSide)
    let inside = (column * columns / perSide)..<((column + 1) * columns / perSide)
    return ((row * rows / perSide)..<((row + 1) * rows / perSide)).flatMap { row in inside.map { row * columns + $0 } }
  }
}

/// A model whose image tokens cannot be blanked: one behind an endpoint, or one without a grid of tokens.
public struct NoImageTokens: Fault, Equatable {
  /// The input asks for what the model does not have.
  public var kind: FaultKind { .unusableInput }
  /// What is wrong, on one line.
  public var description: String {
    "this model does not let its image tokens be blanked, as a model behind an endpoint does not"
  }

  /// The fault.
  public init() {}
}
