import JSON

/// Bodies of JSON: an object with known keys.
enum StrictJSON {
  /// Reads an object.
  ///
  /// - Parameter keys: all that it may have.
  /// - Throws: `Problem` 400 for what is no JSON, 422 for what is not the object that was asked for.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], keys: Set<String>
  ) throws(Problem) -> Value {
    do throws(StrictObject.Misfit) {
      return try StrictObject.decode(type, from: bytes, keys: keys)
    } catch {
      switch error {
      case .notJSON: throw .badRequest("The body is not JSON.")
      case .notAnObject: throw .unprocessable("bad_body", "The body must be an object.")
      case .unknownKey(let known):
        throw .unprocessable("bad_body", "The body may have only \(known.joined(separator: ", ")).")
      case .wrongValue(let place): throw .unprocessable("bad_body", "The body does not fit: \(place).")
      }
    }
  }
}
