import TextOutput

extension GGUFHeaderReader {
  /// Reads the tensors' descriptions and checks that their data lie one after another, as gguf.cpp demands, and
  /// within the file.
  mutating func tensors(count: Int, alignment: Int) throws(WeightsFault) -> [TensorDescription] {
    var claims: [Claim] = []
    claims.reserveCapacity(count)
    var names: Set<String> = []
    for index in 0..<count {
      let claim = try claim("tensor \(index + 1) of \(count)")
      guard names.insert(claim.name).inserted else {
        throw fault("the tensor \(quoted(claim.name)) occurs twice")
      }
      claims.append(claim)
    }
    return try layOut(claims, from: offset, alignment: alignment)
  }

  /// A description as the file gives it, its data's offset still counted from the first tensor's.
  private struct Claim {
    let name: String
    let shape: [Int]
    let type: TensorType
    let size: Int
    let offset: UInt64
  }

  private mutating func claim(_ number: String) throws(WeightsFault) -> Claim {
    let name = try string(limit: GGUFLimits.tensorNameBytes, "the name of \(number)")
    guard !name.isEmpty else { throw fault("the name of \(number) is empty") }
    let tensor = "tensor \(quoted(name))"
    let dimensions = try uint32("the dimensions of \(tensor)")
    guard dimensions >= 1, dimensions <= GGUFLimits.dimensions else {
      throw fault("\(tensor) has \(grouped(dimensions)) dimensions; 1 to \(GGUFLimits.dimensions) are possible")
    }
    var shape: [Int] = []
    for _ in 0..<dimensions {
      let length = try uint64("the dimensions of \(tensor)")
      guard length > 0, length <= UInt64(Int.max) else {
        throw fault("\(tensor) has a dimension of \(grouped(length))")
      }
      shape.append(Int(length))
    }
    let typeNumber = try uint32("the type of \(tensor)")
    guard let type = TensorType(number: typeNumber) else {
      throw fault("\(tensor) has the unknown type \(grouped(typeNumber))")
    }
    let size = try dataSize(of: tensor, shape: shape, type: type)
    return Claim(name: name, shape: shape, type: type, size: size, offset: try uint64("the offset of \(tensor)"))
  }

  private func dataSize(of tensor: String, shape: [Int], type: TensorType) throws(WeightsFault) -> Int {
    let row = shape.first ?? 0
    guard row % type.blockValues == 0 else {
      throw fault("\(tensor) has rows of \(grouped(row)) values; \(type.name) needs a multiple of \(type.blockValues)")
    }
    // gguf.cpp multiplies the values first, so their number must fit as well as the bytes'.
    var values = 1
    for length in shape {
      let product = values.multipliedReportingOverflow(by: length)
      guard !product.overflow else { throw fault("\(tensor) has more values than can be counted") }
      values = product.partialValue
    }
    let size = (values / type.blockValues).multipliedReportingOverflow(by: type.blockBytes)
    guard !size.overflow, size.partialValue <= file.size else {
      throw fault("\(tensor) of \(grouped(values)) values does not fit into the file's \(grouped(file.size)) bytes")
    }
    return size.partialValue
  }

  /// `bytes` rounded up to a multiple of `alignment`; both are below the file's size or a small limit, so no overflow.
  private static func padded(_ bytes: Int, to alignment: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }

  private func layOut(
    _ claims: [Claim], from headerEnd: Int, alignment: Int
  ) throws(WeightsFault) -> [TensorDescription] {
    let start = Self.padded(headerEnd, to: alignment)
    var expected = 0
    var tensors: [TensorDescription] = []
    tensors.reserveCapacity(claims.count)
    for claim in claims {
      guard claim.offset == UInt64(expected) else {
        throw fault(
          "tensor \(quoted(claim.name)) claims to begin at byte \(grouped(claim.offset)) of the data; "
            + "\(grouped(expected)) is where it must begin")
      }
      guard claim.size <= file.size - start - expected else {
        throw fault(
          "ends after \(grouped(file.size)) bytes, inside the data of tensor \(quoted(claim.name)), "
            + "which needs \(grouped(start + expected + claim.size))")
      }
      tensors.append(
        TensorDescription(
          name: claim.name, shape: claim.shape, type: claim.type, offset: start + expected, size: claim.size))
      expected += Self.padded(claim.size, to: alignment)
    }
    return tensors
  }
}
