import Foundation

/// Bodies of JSON: an object with known keys.
enum StrictJSON {
  /// Reads an object.
  ///
  /// - Parameter keys: all that it may have.
  /// - Throws: `Problem` 400 for what is no JSON, 422 for what is not the object that was asked for.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], keys: Set<String>
  ) throws(Problem) -> Value {
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed]) else {
      throw .badRequest("The body is not JSON.")
    }
    guard let members = object as? [String: Any] else {
      throw .unprocessable("bad_body", "The body must be an object.")
    }
    let unknown = members.keys.filter { !keys.contains($0) }
    guard unknown.isEmpty else {
      throw .unprocessable("bad_body", "The body may have only \(keys.sorted().joined(separator: ", ")).")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      throw .unprocessable("bad_body", "The body does not fit: \(place(of: error)).")
    } catch {
      throw .badRequest("The body is not JSON.")
    }
  }

  private static func place(of error: DecodingError) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .valueNotFound(_, let context), .typeMismatch(_, let context), .dataCorrupted(let context):
      "\(path(context)) is of the wrong type or range"
    @unknown default: "it is of the wrong form"
    }
  }
}
