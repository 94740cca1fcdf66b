import Faults
import VisionLanguage

public struct TextWeights: Sendable {
  public var name: String { "x" }
  public var recommendedSampling: RecommendedSampling { .init() }
  public func numbers(_ key: String) -> [Double]? { nil }
  public init(path: String) throws {}
}
public struct ProjectorWeights: Sendable {
  public var imageSide: Int { 224 }
  public var tokensPerImage: Int { 16 }
  public init(path: String) throws {}
}
public enum WeightsPair { public static func check(text: TextWeights, projector: ProjectorWeights) throws {} }
