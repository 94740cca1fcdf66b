import DermGemma
import Foundation

// Reads every PNG and JPEG of a folder and keeps the reports in a database: FolderToDatabase FOLDER DATABASE
guard CommandLine.arguments.count == 3 else {
  print("usage: FolderToDatabase FOLDER DATABASE")
  exit(64)
}
let (folder, database) = (CommandLine.arguments[1], CommandLine.arguments[2])
let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  .filter { ["png", "jpg", "jpeg"].contains(URL(fileURLWithPath: $0).pathExtension.lowercased()) }
let reader = try LesionReader()
let recorder = try await reader.beginRun(inDatabaseAt: database)
for name in names {
  let report = try await reader.read(fileAt: folder + "/" + name)
  try await recorder.keep(report)
  print("\(name): \(report.diagnosis?.code.rawValue ?? "no code")")
}
try await recorder.end(.finished)
await recorder.store.close()
await reader.close()
