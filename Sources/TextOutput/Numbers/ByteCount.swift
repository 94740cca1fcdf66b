/// Human-readable byte counts, in decimal units as used by disks and the hub.
public enum ByteCount {
  /// For example `4.13 GB`.
  public static func text(_ count: Int64) -> String {
    let steps: [(Double, String)] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
    for (size, unit) in steps where Double(count) >= size {
      let value = Double(count) / size
      let places = value < 10 ? 100.0 : value < 100 ? 10.0 : 1.0
      let rounded = (value * places).rounded() / places
      return (rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)") + " " + unit
    }
    return "\(count) bytes"
  }
}
