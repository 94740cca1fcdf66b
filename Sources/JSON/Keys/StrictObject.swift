import Foundation

/// Reads a JSON object that may have only known keys, such as the body of a request.
public enum StrictObject {
  /// Why a text is not the object that was asked for.
  public enum Misfit: Error, Equatable {
    /// The text is not JSON.
    case notJSON
    /// It is JSON, but no object.
    case notAnObject
    /// It has a key besides the known ones, which are given.
    case unknownKey(known: [String])
    /// A value is missing or of another type; where and how, in words.
    case wrongValue(String)
  }

  /// Reads an object.
  ///
  /// - Parameters:
  ///   - type: what it is read as.
  ///   - bytes: the text.
  ///   - keys: all keys that it may have.
  /// - Throws: ``Misfit``.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], keys: Set<String>
  ) throws(Misfit) -> Value {
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed]) else {
      throw .notJSON
    }
    guard let members = object as? [String: Any] else { throw .notAnObject }
    guard members.keys.allSatisfy(keys.contains) else { throw .unknownKey(known: keys.sorted()) }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      if isWithoutPlace(error), let key = culprit(in: members, for: type) {
        throw .wrongValue("\(key) is of the wrong type or range")
      }
      throw .wrongValue(place(of: error))
    } catch {
      throw .notJSON
    }
  }

  /// Whether Foundation does not say where the fault is, as of a number that its type cannot hold (swift-foundation of Swift 6.3).
  private static func isWithoutPlace(_ error: DecodingError) -> Bool {
    if case .dataCorrupted(let context) = error { context.codingPath.isEmpty } else { false }
  }

  /// The key of the number that does not fit: with 0 in its place, the object has another fault or none.
  private static func culprit<Value: Decodable>(in members: [String: Any], for type: Value.Type) -> String? {
    var members = members
    return members.keys.sorted().first { key in
      guard members[key] is NSNumber else { return false }
      members[key] = 0
      do {
        _ = try JSONDecoder().decode(type, from: try JSONSerialization.data(withJSONObject: members))
        return true
      } catch {
        return (error as? DecodingError).map { !isWithoutPlace($0) } ?? false
      }
    }
  }

  private static func place(of error: DecodingError) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.isEmpty ? "a value" : context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .valueNotFound(_, let context), .typeMismatch(_, let context), .dataCorrupted(let context):
      "\(path(context)) is of the wrong type or range"
    @unknown default: "it is of the wrong form"
    }
  }
}
