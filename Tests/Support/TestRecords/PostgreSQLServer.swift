import Foundation
import TestPrograms

/// A PostgreSQL server of the tests, on a socket in a temporary folder; it ends with the tests, however they end.
package actor PostgreSQLServer {
  /// One for all suites that only keep and read.
  package static let shared = PostgreSQLServer()

  /// Where the server's programs are; `nil` where PostgreSQL is not installed.
  package static let programs: String? = {
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }.sorted()
    let found = versions.reversed().map { "\(root)/\($0)/bin" }.first {
      FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
    }
    if found == nil {
      FileHandle.standardError.write(
        Data("PostgreSQL's tests are skipped: its server is not installed (scripts/packages.sh postgresql)\n".utf8))
    }
    return found
  }()

  package static var isInstalled: Bool { programs != nil }

  package struct Failure: Error { package var message: String }

  /// The folder of the socket.
  package nonisolated let folder = "/tmp/dermgemma-pg-\(UUID().uuidString.prefix(8))"
  private var starting: Task<Void, any Error>?
  private var count = 0

  package init() {}

  /// The location of a new, empty database.
  package func createDatabase(options: String = "ENCODING 'UTF8'") async throws -> String {
    try await start()
    count += 1
    let name = "d\(count)"
    try await query("CREATE DATABASE \(name) TEMPLATE template0 LOCALE 'C' \(options)")
    return location(of: name)
  }

  package nonisolated func location(of database: String, user: String = "postgres") -> String {
    "postgresql://\(user)@/\(database)?host=\(folder)"
  }

  /// What psql prints for a statement.
  @discardableResult package nonisolated func query(_ sql: String, in database: String = "postgres") async throws
    -> String
  {
    let outcome = try await Program.run(
      ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", location(of: database), "-c", sql],
      program: (Self.programs ?? "") + "/psql")
    guard outcome.status == 0 else { throw Failure(message: outcome.errors) }
    return outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Starts the server, unless it is started already.
  package func start() async throws {
    let task = starting ?? Task { try await begin() }
    starting = task
    try await task.value
  }

  /// Makes a cluster where there is none, and a watcher that ends the server after these tests. The server refuses to run
  /// as root.
  private func begin() async throws {
    try await script(
      """
      if [ ! -e "$data" ]; then
        mkdir -p "$folder" && chmod 755 "$folder" && $owner "$folder"
        $as "$programs/initdb" -D "$data" -U postgres -A trust --no-sync -E UTF8 --locale C >"$folder/initdb.log" 2>&1
        printf '%s\\n' "unix_socket_directories = '$folder'" "listen_addresses = ''" 'max_connections = 400' \
          'shared_buffers = 32MB' 'fsync = off' 'autovacuum = off' >>"$data/postgresql.conf"
        setsid bash -c 'while kill -0 "$1"; do sleep 1; done
          kill -9 $(head -n 1 "$2/postmaster.pid"); sleep 1; rm -rf "$3"' watcher \(getpid()) "$data" "$folder" \
          >/dev/null 2>&1 </dev/null &
      fi
      for i in $(seq 20); do
        if $as "$programs/pg_ctl" -D "$data" -l "$folder/server.log" -w -t 100 start >/dev/null 2>&1 </dev/null; then exit; fi
        sleep 0.2  # Processes of a killed server may still be there.
      done
      exit 1
      """)
  }

  /// Ends the server as an administrator would, and starts it again.
  package func restart() async throws {
    try await script("$as \"$programs/pg_ctl\" -D \"$data\" -m fast -w stop >/dev/null 2>&1")
    try await begin()
  }

  /// Kills every process of the server at once.
  package func kill() async throws {
    try await script(
      """
      server=$(head -n 1 "$data/postmaster.pid")
      children=$(cat /proc/"$server"/task/"$server"/children)
      kill -9 "$server" $children 2>/dev/null || true
      for process in "$server" $children; do
        for i in $(seq 200); do
          if [ ! -e /proc/"$process"/exe ]; then break; fi
          sleep 0.05
        done
      done
      # A process that nobody has waited for yet would be taken for a running server.
      rm -f "$data/postmaster.pid"
      """)
  }

  /// Starts the server after it was killed.
  package func recover() async throws { try await begin() }

  private nonisolated func script(_ text: String) async throws {
    let head = """
      set -euo pipefail
      folder=\(folder); data=$folder/data; programs=\(Self.programs ?? "")
      as=''; owner='chmod 755'
      if [ "$(id -u)" = 0 ]; then
        as='setpriv --reuid=65534 --regid=65534 --clear-groups'
        owner='chown 65534:65534'
      fi
      cd /
      """
    let outcome = try await Program.run(["-c", head + "\n" + text], limit: 120, program: "/bin/bash")
    guard outcome.status == 0 else {
      let log = (try? String(contentsOfFile: folder + "/server.log", encoding: .utf8)) ?? ""
      throw Failure(message: outcome.errors + log.suffix(2_000))
    }
  }
}
