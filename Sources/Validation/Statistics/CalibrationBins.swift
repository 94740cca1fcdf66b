/// Images sorted by a probability into ten bins of equal width, each without its lower edge; 0 belongs to the first.
public struct CalibrationBins: Sendable, Hashable, Codable {
  /// How many bins.
  public static let count = 10

  /// One bin.
  public struct Bin: Sendable, Hashable, Codable {
    /// Images in it.
    public var images = 0
    /// Sum of their probabilities.
    var probability = 0.0
    /// How many of them are what the probability says.
    public var hits = 0

    /// The mean probability; `nil` for an empty bin.
    public var meanProbability: Double? { images > 0 ? probability / Double(images) : nil }
    /// The share of hits; `nil` for an empty bin.
    public var frequency: Double? { images > 0 ? Double(hits) / Double(images) : nil }

    @inline(__always) mutating func add(_ probability: Double, hit: Bool, weight: Int) {
      images &+= weight
      self.probability += Double(weight) * probability
      hits &+= hit ? weight : 0
    }

    enum CodingKeys: String, CodingKey {
      case images
      case probability = "probability_sum"
      case hits
    }
  }

  /// From low to high probabilities.
  public private(set) var bins = [Bin](repeating: Bin(), count: count)

  /// The bin of a probability.
  package static func bin(of probability: Double) -> Int {
    let place = (1..<count).first { probability <= Double($0) / Double(count) }
    return (place ?? count) - 1
  }

  mutating func add(_ probability: Double, hit: Bool) {
    add(probability, bin: Self.bin(of: probability), hit: hit, weight: 1)
  }

  package mutating func add(_ probability: Double, bin: Int, hit: Bool, weight: Int) {
    bins[bin].add(probability, hit: hit, weight: weight)
  }

  /// Adds many, without a check of the bins' ownership for each.
  mutating func withBins(_ body: (UnsafeMutableBufferPointer<Bin>) -> Void) {
    bins.withUnsafeMutableBufferPointer { body($0) }
  }

  /// Mean distance between probability and frequency, weighted by images; NaN without any.
  package var expectedError: Double {
    let images = bins.reduce(0) { $0 + $1.images }
    guard images > 0 else { return .nan }
    return bins.reduce(0) { $0 + abs(Double($1.hits) - $1.probability) } / Double(images)
  }

  /// Writes the bins.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bins)
  }

  /// No image yet.
  public init() {}

  /// Reads bins.
  public init(from decoder: any Decoder) throws {
    let read = try decoder.singleValueContainer().decode([Bin].self)
    guard read.count == Self.count else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not ten bins"))
    }
    bins = read
  }
}
