// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
]

/// A room of the house (ARCHITECTURE.md): what it may know is its list of dependencies.
///
/// A room that computes over pixels or bytes is optimised in debug builds too, so that its tests are quick.
func room(
  _ name: String, knows dependencies: [String] = [], resources: [Resource]? = nil, computes: Bool = false
) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, resources: resources,
    swiftSettings: strict + (computes ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : []))
}

func tests(of name: String, with dependencies: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: ([name] + dependencies).map { .init(stringLiteral: $0) },
    swiftSettings: strict)
}

let package = Package(
  name: "dermgemma",
  products: [.executable(name: "dermgemma", targets: ["dermgemma"])],
  targets: [
    // Floor 0: C libraries, headers only.
    .systemLibrary(name: "CLlama", pkgConfig: "dermgemma-llama"),
    .systemLibrary(name: "CVips", pkgConfig: "dermgemma-vips", providers: [.apt(["libvips-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // Floor 1: words that others share.
    room("Faults"),
    room("Tables"),
    room("Digests", knows: ["CCrypto", "Faults"]),
    room("VisionLanguage", knows: ["Digests", "Faults"]),

    // Floor 2: the domain, the image, the weights, the engine. None knows another, but for the engine its weights.
    room(
      "Dermoscopy", knows: ["VisionLanguage", "Digests", "Faults"],
      resources: [.embedInCode("Protocols")]),
    room("Imaging", knows: ["CVips", "CZlib", "VisionLanguage", "Digests", "Faults"], computes: true),
    room("Weights", knows: ["Digests", "Faults"], computes: true),
    room("LlamaEngine", knows: ["CLlama", "Weights", "VisionLanguage", "Digests", "Faults"]),

    // Floor 3
    room("Phantoms", knows: ["VisionLanguage"], computes: true),
    room(
      "Datasets", knows: ["Imaging", "Faults"],
      resources: [.embedInCode("Diagnoses/isic-taxonomy.tsv"), .embedInCode("Diagnoses/diagnosis-words.tsv")]),
    room("Hub", knows: ["CCurl", "Digests", "Faults"], resources: [.embedInCode("Catalogue/models.json")]),
    room("Records", knows: ["CSQLite", "Tables", "Dermoscopy", "VisionLanguage", "Digests", "Faults"]),

    // Floor 4: bytes in, report out.
    room(
      "Reading",
      knows: ["Dermoscopy", "Imaging", "LlamaEngine", "Weights", "VisionLanguage", "Digests", "Faults"]),

    room(
      "Archive", knows: ["Hub", "Datasets", "Tables", "Digests", "Faults"],
      resources: [.embedInCode("Records/seed99.txt")]),

    // Floor 5: a run over many images, judged; the same over HTTP.
    room(
      "Validation",
      knows: [
        "Reading", "Records", "Datasets", "Imaging", "Dermoscopy", "Tables", "VisionLanguage", "Digests", "Faults",
      ],
      resources: [.embedInCode("Page")], computes: true),
    room(
      "Web",
      knows: [
        "CMicrohttpd", "CZlib", "Reading", "Records", "Datasets", "Imaging", "Dermoscopy", "VisionLanguage", "Digests",
        "Faults",
      ],
      resources: [.embedInCode("Page"), .embedInCode("Documents")], computes: true),

    // Floor 6: the command line.
    room(
      "CommandLineTool",
      knows: [
        "Web", "Validation", "Records", "Reading", "Archive", "Hub", "Datasets", "Phantoms", "Dermoscopy", "Imaging",
        "LlamaEngine", "Weights", "Tables", "VisionLanguage",
        "Digests", "Faults",
      ]),
    .executableTarget(
      name: "dermgemma", dependencies: ["CommandLineTool"], swiftSettings: strict),
    .executableTarget(
      name: "benchmark",
      dependencies: ["LlamaEngine", "Dermoscopy", "Phantoms", "VisionLanguage", "Digests", "CLlama"],
      path: "Benchmarks/Sources", swiftSettings: strict),

    tests(of: "Tables"),
    tests(of: "Digests"),
    tests(of: "VisionLanguage"),
    tests(of: "Dermoscopy"),
    tests(of: "Imaging"),
    tests(of: "Weights"),
    tests(of: "LlamaEngine", with: ["Weights"]),
    tests(of: "Phantoms"),
    tests(of: "Datasets", with: ["Faults"]),
    tests(of: "Archive", with: ["Hub", "Datasets"]),
    tests(of: "Hub", with: ["Digests", "Faults"]),
    tests(of: "Records", with: ["Dermoscopy", "VisionLanguage"]),
    tests(of: "Validation", with: ["Datasets", "Dermoscopy", "Faults", "Records", "Phantoms", "Tables"]),
    tests(of: "Web", with: ["CZlib", "Dermoscopy", "Digests", "Imaging", "Records", "Phantoms", "VisionLanguage"]),
    tests(of: "Reading", with: ["Dermoscopy", "Digests", "Imaging", "LlamaEngine", "Phantoms", "VisionLanguage"]),
    tests(of: "CommandLineTool", with: ["dermgemma", "Digests", "Hub", "Phantoms"]),
  ],
  swiftLanguageModes: [.v6]
)
