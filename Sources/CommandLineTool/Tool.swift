import Faults
import Foundation

/// The command line of DermGemma.
public enum Tool {
  /// The version, as `--version` prints it.
  public static let version = "0.1.0"

  static let commands: [CommandSpecification] = [
    analyzeCommand, validateCommand, mergeCommand, clusterCommand, compareCommand, auditCommand, recordsCommand,
    serveCommand,
    workerCommand, mcpCommand, askCommand, prepareCommand, protocolsCommand, phantomsCommand, modelsCommand,
    datasetsCommand,
    configCommand, completionsCommand, doctorCommand,
  ]

  /// Runs a command line without the program's name, and gives its exit status.
  public static func run(_ arguments: [String]) async -> Int32 {
    // write() reports the same condition as an error, which becomes a message.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    return await run(arguments, terminal: Terminal())
  }

  static func run(_ arguments: [String], terminal: Terminal) async -> Int32 {
    let work = Task { try await dispatch(arguments, terminal) }
    let signals = SignalHandler { work.cancel() }
    defer { withExtendedLifetime(signals) {} }
    do {
      let status = try await work.value
      terminal.clearProgress()
      return status
    } catch let fault as UsageFault {
      terminal.printError("dermgemma: \(fault.message)")
      if let command = commands.first(where: { $0.name == fault.command }) {
        terminal.printError(Help.usageLine(command))
        terminal.printError("See 'dermgemma \(command.name) --help'.")
      } else {
        terminal.printError("See 'dermgemma --help'.")
      }
      return fault.kind.exitStatus
    } catch let fault as any Fault {
      terminal.printError("dermgemma: \(fault)")
      if fault.kind == .usage, let command = arguments.first {
        terminal.printError("See 'dermgemma \(command) --help'.")
      }
      return fault.kind.exitStatus
    } catch is CancellationError {
      terminal.printError("dermgemma: interrupted")
      return FaultKind.interrupted.exitStatus
    } catch {
      terminal.printError("dermgemma: unexpected failure: \(error)")
      return FaultKind.bug.exitStatus
    }
  }

  private static func dispatch(_ arguments: [String], _ terminal: Terminal) async throws -> Int32 {
    guard let name = arguments.first else {
      for line in Help.overview(commands).split(separator: "\n", omittingEmptySubsequences: false) {
        terminal.printError(String(line))
      }
      return FaultKind.usage.exitStatus
    }
    switch name {
    case "--help", "-h", "help":
      if name == "help", let wanted = arguments.dropFirst().first {
        try terminal.print(Help.page(try command(named: wanted)))
      } else {
        try terminal.print(Help.overview(commands))
      }
      return 0
    case "--version":
      try terminal.print("dermgemma \(version)")
      return 0
    default: break
    }
    let command = try command(named: name)
    let parsed = try ParsedArguments(Array(arguments.dropFirst()), of: command)
    if parsed[.help] {
      try terminal.print(Help.page(command))
      return 0
    }
    let takesDefaults = command.options.contains { option in
      option.takesSetting && Setting.all.contains { $0.option == option.name }
    }
    return try await command.run(
      takesDefaults ? try Configuration().applied(to: parsed, of: command) : parsed, terminal)
  }

  private static func command(named name: String) throws(UsageFault) -> CommandSpecification {
    if let command = commands.first(where: { $0.name == name }) { return command }
    let suggestion = nearest(to: name, among: commands.map { $0.name }).map { ". Did you mean '\($0)'?" } ?? ""
    throw UsageFault(message: "Unknown command '\(name)'\(suggestion)")
  }
}
