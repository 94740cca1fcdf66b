import Foundation

/// The machine that this process runs on.
public enum Machine {
  /// Processor, number of processors, memory and system, on one line.
  public static let description: String = {
    let process = ProcessInfo.processInfo
    let memory = (Double(process.physicalMemory) / Double(1 << 30) * 10).rounded() / 10
    return [
      processor, "\(process.activeProcessorCount) processors", "\(memory) GiB", process.operatingSystemVersionString,
    ].joined(separator: ", ")
  }()

  /// The processor's name, from Linux.
  private static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    return name ?? "unknown processor"
  }
}
