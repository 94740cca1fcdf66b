// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

/// A module (ARCHITECTURE.md): it imports what is in its list of dependencies, and nothing else (make lint).
///
/// Its documents are bytes of the program, by way of the module Documents. A module that computes over pixels or bytes is
/// optimised in debug builds too, so that its tests are quick.
func module(
  _ name: String, dependsOn dependencies: [String] = [], documents: [String] = [], exclude: [String] = [],
  computes: Bool = false
) -> Target {
  let dependencies = dependencies + (documents.isEmpty ? [] : ["Documents"])
  return .target(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, exclude: exclude + documents,
    swiftSettings: strict + (computes ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : []))
}

/// What several test targets share (Tests/Support): a library that no product contains.
func testSupport(_ name: String, dependsOn dependencies: [String] = [], computes: Bool = false) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, path: "Tests/Support/" + name,
    exclude: name == "TestServers" ? ["server.py", "endpoint.py"] : [],
    swiftSettings: strict + (computes ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : []))
}

/// A program that shows how to use the library.
func example(_ name: String) -> Target {
  .executableTarget(name: name, dependencies: ["DermGemma"], path: "Examples/" + name, swiftSettings: strict)
}

func tests(of name: String, with dependencies: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: ([name] + dependencies).map { .init(stringLiteral: $0) },
    swiftSettings: strict)
}

let alone = ["Caching", "Tables", "Concurrency", "TextOutput", "JSON", "AtomicFiles", "Transfer", "VisionLanguage"]

let package = Package(
  name: "dermgemma",
  products: [
    .executable(name: "dermgemma", targets: ["dermgemma"]),
    .library(name: "DermGemma", targets: ["DermGemma"]),
  ],
  targets: [
    // Level 0: C libraries, headers only.
    .systemLibrary(name: "CLlama", pkgConfig: "dermgemma-llama"),
    .systemLibrary(name: "CVips", pkgConfig: "dermgemma-vips", providers: [.apt(["libvips-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CDocuments"),

    // What others share.
    module("Faults"),
    module("Caching"),
    module("Tables"),
    module("Concurrency"),
    module("Documents", dependsOn: ["CDocuments"]),
    module("TextOutput"),
    module("JSON", dependsOn: ["TextOutput"]),
    module("AtomicFiles", dependsOn: ["Faults"]),
    module("Digests", dependsOn: ["CCrypto", "Faults"]),
    module("DICOM", dependsOn: ["CZlib", "Digests", "Faults"], computes: true),
    module("VisionLanguage", dependsOn: ["Digests", "Faults"]),

    // The domain, the image, the weights, the engine. None knows another, except that the engine knows weights.
    module(
      "Dermoscopy", dependsOn: ["VisionLanguage", "JSON", "TextOutput", "Concurrency", "Digests", "Faults"],
      documents: ["Protocols"]),
    module(
      "Imaging", dependsOn: ["CVips", "CZlib", "DICOM", "VisionLanguage", "TextOutput", "Digests", "Faults"],
      computes: true),
    module("Weights", dependsOn: ["TextOutput", "Faults"], computes: true),
    module(
      "LlamaEngine", dependsOn: ["CLlama", "Weights", "VisionLanguage", "Caching", "AtomicFiles", "Digests", "Faults"]),

    // Sources and stores.
    module("Phantoms", dependsOn: ["VisionLanguage"], computes: true),
    module("Perturbations", dependsOn: ["Phantoms", "Imaging", "VisionLanguage", "Digests", "Faults"], computes: true),
    module(
      "Datasets", dependsOn: ["Dermoscopy", "Imaging", "Faults"],
      documents: ["Diagnoses/isic-taxonomy.tsv", "Diagnoses/diagnosis-words.tsv"]),
    module("Transfer", dependsOn: ["CCurl", "TextOutput", "Digests", "Faults"]),
    module(
      "RemoteModel",
      dependsOn: ["Transfer", "Weights", "VisionLanguage", "JSON", "TextOutput", "Concurrency", "Faults"]),
    module(
      "Hub", dependsOn: ["Transfer", "JSON", "AtomicFiles", "Digests", "Faults"], documents: ["Catalogue/models.json"]),
    module(
      "Records",
      dependsOn: [
        "CSQLite", "CPQ", "Dermoscopy", "VisionLanguage", "JSON", "AtomicFiles", "Tables", "Digests", "Faults",
      ]),

    // Bytes in, report out.
    module("ClinicalReports", dependsOn: ["Dermoscopy", "Imaging", "DICOM", "VisionLanguage", "JSON", "Digests"]),
    module(
      "Reading",
      dependsOn: [
        "Dermoscopy", "Imaging", "DICOM", "LlamaEngine", "RemoteModel", "VisionLanguage", "Digests", "Faults",
      ]),
    module(
      "Archive",
      dependsOn: ["Transfer", "DICOM", "Datasets", "JSON", "AtomicFiles", "Tables", "TextOutput", "Digests", "Faults"],
      documents: ["Records/seed99.txt"]),

    // A run over many images, evaluated.
    module(
      "Validation",
      dependsOn: [
        "Records", "Datasets", "Imaging", "Dermoscopy", "JSON", "AtomicFiles", "Tables", "TextOutput", "VisionLanguage",
        "Digests", "Concurrency", "Faults",
      ],
      documents: ["Page"], computes: true),

    // What the front ends do: they parse and show, and nothing else.
    module(
      "UseCases",
      dependsOn: [
        "ClinicalReports", "Validation", "Records", "Reading", "Datasets", "Phantoms", "Dermoscopy", "Imaging", "DICOM",
        "LlamaEngine", "RemoteModel", "Weights", "VisionLanguage", "AtomicFiles", "JSON", "Tables", "Concurrency",
        "Digests", "Faults",
      ]),
    module("Cluster", dependsOn: ["Validation", "AtomicFiles", "JSON", "Concurrency", "Faults"]),
    module(
      "AuditStatistics", dependsOn: ["Validation", "Datasets", "Dermoscopy", "AtomicFiles", "Tables"], computes: true),
    module(
      "AuditReporting",
      dependsOn: ["AuditStatistics", "Validation", "Datasets", "Dermoscopy", "JSON", "AtomicFiles", "Faults"],
      documents: ["Resources"], computes: true),
    module(
      "Auditing",
      dependsOn: [
        "AuditReporting", "AuditStatistics", "Validation", "Records", "Reading", "Datasets", "Perturbations",
        "Phantoms", "Dermoscopy", "Imaging", "DICOM", "LlamaEngine", "VisionLanguage", "JSON", "AtomicFiles", "Tables",
        "TextOutput", "Caching", "Digests", "Concurrency", "Faults",
      ],
      documents: ["Documents"]),
    module(
      "MCP",
      dependsOn: [
        "UseCases", "Validation", "Records", "Datasets", "Dermoscopy", "Imaging", "JSON", "Concurrency", "Digests",
        "Faults",
      ],
      documents: ["Documents"]),
    module(
      "Web",
      dependsOn: [
        "CDocuments", "CMicrohttpd", "CZlib", "MCP", "ClinicalReports", "Auditing", "AuditReporting", "AuditStatistics",
        "UseCases", "Validation", "Reading", "Records", "Datasets", "Imaging", "Dermoscopy", "VisionLanguage", "JSON",
        "AtomicFiles", "Caching", "Concurrency", "Digests", "Faults",
      ],
      documents: ["Documents"], exclude: ["Page"], computes: true),

    // What other packages import.
    module("DermGemma", dependsOn: ["Reading", "Records", "Dermoscopy", "Imaging", "VisionLanguage", "Faults"]),

    // The command line.
    module(
      "CommandLineTool",
      dependsOn: [
        "Web", "MCP", "Auditing", "Cluster", "UseCases", "ClinicalReports", "AuditReporting", "AuditStatistics",
        "Validation", "Records", "Reading", "Archive", "Hub", "Datasets", "Dermoscopy", "Imaging", "DICOM",
        "LlamaEngine", "RemoteModel", "Transfer", "JSON", "AtomicFiles", "Tables", "TextOutput", "VisionLanguage",
        "Digests", "Faults",
      ]),
    .executableTarget(name: "dermgemma", dependencies: ["CommandLineTool"], swiftSettings: strict),
    .executableTarget(
      name: "benchmark",
      dependencies: ["LlamaEngine", "Records", "Dermoscopy", "Phantoms", "VisionLanguage", "Digests", "CLlama"],
      path: "Benchmarks/Sources", swiftSettings: strict),

    testSupport("TestPrograms"),
    .executableTarget(
      name: "DigestAtExit", dependencies: ["Digests"], path: "Tests/Support/DigestAtExit", swiftSettings: strict),
    testSupport("TestServers"),
    testSupport("TestWeights", computes: true),
    testSupport("TestImages"),
    testSupport("TestDICOM", dependsOn: ["CZlib"]),
    testSupport("TestModels", dependsOn: ["Dermoscopy", "VisionLanguage", "Digests", "Faults"]),
    testSupport("TestRecords", dependsOn: ["TestPrograms", "Records", "Dermoscopy", "JSON"]),

    .testTarget(
      name: "DermGemmaTests",
      dependencies: ["ReadOneLesion", "OwnProtocol", "FolderToDatabase", "TestPrograms", "Imaging", "Phantoms"],
      swiftSettings: strict),
    tests(of: "RemoteModel", with: ["TestServers", "Faults", "JSON", "Transfer", "VisionLanguage"]),
    tests(of: "Documents"),
    tests(of: "Digests", with: ["TestPrograms", "DigestAtExit"]),
    tests(of: "Dermoscopy", with: ["TestModels", "VisionLanguage", "JSON", "TextOutput", "Digests", "Faults"]),
    tests(of: "DICOM", with: ["TestDICOM", "Faults"]),
    tests(of: "ClinicalReports", with: ["DICOM", "Dermoscopy", "Imaging", "VisionLanguage"]),
    tests(of: "Imaging", with: ["TestDICOM", "TestImages", "DICOM", "VisionLanguage", "Digests", "Faults"]),
    tests(of: "Weights", with: ["TestWeights", "Faults"]),
    tests(of: "LlamaEngine", with: ["TestWeights", "CLlama", "Weights", "VisionLanguage", "Digests"]),
    tests(of: "Phantoms", with: ["VisionLanguage"]),
    tests(of: "Perturbations", with: ["Phantoms", "Imaging", "Validation", "VisionLanguage"]),
    tests(of: "Datasets", with: ["Dermoscopy", "Faults"]),
    tests(of: "Archive", with: ["TestServers", "Transfer", "Datasets"]),
    tests(of: "Hub", with: ["TestServers", "Transfer", "JSON", "Digests", "Faults"]),
    tests(of: "Records", with: ["TestPrograms", "TestRecords", "Dermoscopy", "JSON", "VisionLanguage"]),
    tests(
      of: "UseCases",
      with: [
        "TestModels", "TestRecords", "Datasets", "Dermoscopy", "Faults", "JSON", "Records", "Validation",
        "VisionLanguage",
      ]),
    tests(
      of: "Validation",
      with: ["TestRecords", "Datasets", "Dermoscopy", "Faults", "JSON", "Records", "Phantoms", "Tables"]),
    tests(
      of: "MCP", with: ["TestModels", "TestRecords", "Dermoscopy", "Imaging", "JSON", "UseCases", "VisionLanguage"]),
    tests(of: "Cluster", with: ["Faults", "Validation"]),
    tests(of: "AuditStatistics", with: ["AtomicFiles", "Datasets", "Dermoscopy", "Validation"]),
    tests(of: "AuditReporting", with: ["AuditStatistics", "Dermoscopy", "Validation"]),
    tests(
      of: "Auditing",
      with: [
        "AuditReporting", "AuditStatistics", "Datasets", "Dermoscopy", "Digests", "Faults", "Imaging", "JSON",
        "Perturbations", "Phantoms", "Reading", "Records", "TestModels", "TestRecords", "Validation", "VisionLanguage",
      ]),
    tests(
      of: "Web",
      with: [
        "TestModels", "CZlib", "UseCases", "Dermoscopy", "Digests", "Documents", "Faults", "Imaging", "Records",
        "Phantoms", "VisionLanguage",
      ]),
    tests(
      of: "Reading",
      with: [
        "TestWeights", "Dermoscopy", "Digests", "Faults", "Imaging", "LlamaEngine", "Phantoms", "VisionLanguage",
        "Weights",
      ]),
    tests(
      of: "CommandLineTool",
      with: [
        "TestPrograms", "TestImages", "TestServers", "TestWeights", "dermgemma", "Dermoscopy", "Digests", "Transfer",
        "Phantoms",
      ]),
  ]
    + ["ReadOneLesion", "OwnProtocol", "FolderToDatabase"].map { example($0) } + alone.map { tests(of: $0) },
  swiftLanguageModes: [.v6]
)
