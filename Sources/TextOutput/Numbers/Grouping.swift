/// A whole number with its digits in groups of three, as in "1,204".
///
/// - Parameters:
///   - number: the number.
///   - separator: what stands between the groups.
public func grouped(_ number: some BinaryInteger, by separator: String = ",") -> String {
  let digits = String(number.magnitude)
  var shown = number < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { shown += separator }
    shown.append(digit)
  }
  return shown
}
