/// All versions of PostgreSQL's schema that there ever were. A released one never changes; docs/RECORDS.md explains the last.
enum PostgreSQLSchema {
  /// The schema that everything is in, so that no other program's table has one of its names.
  static let name = "dermgemma"

  static let migrations = [Migration(version: 1, statements: version1)]

  /// Brings a database to the last of some versions.
  ///
  /// - Parameter opening: whether the schema is made where it is not.
  /// - Throws: `missing`, `newer` for a database of a later version, `unusable` for another program's, `unwritable` for
  ///   a user who may not create it.
  static func migrate(
    _ connection: PostgreSQLConnection, by migrations: [Migration], opening: RecordStores.Opening
  ) throws(RecordFault) {
    let known = migrations.map(\.version).max() ?? 0
    let found = try version(of: connection, known: known)
    if found == known { return }
    guard found > 0 || opening == .creating else { throw .missing(store: "\(connection.store), schema \(name)") }
    try connection.transaction { () throws(RecordFault) in
      // Others, who open it at the same moment, wait here.
      try connection.run("SELECT pg_advisory_xact_lock(\(Migration.mark))")
      let version = try version(of: connection, known: known)
      if version == 0, try !exists(connection) { try connection.script("CREATE SCHEMA \(name)") }
      for migration in migrations.sorted(by: { $0.version < $1.version }) where migration.version > version {
        try connection.script(migration.statements)
        try connection.run("UPDATE schema_version SET version = ?", [.integer(migration.version)])
      }
    }
  }

  /// The version; 0 where nothing is.
  private static func version(of connection: PostgreSQLConnection, known: Int) throws(RecordFault) -> Int {
    do throws(RecordFault) {
      guard try exists(connection) else { return 0 }
      let isOurs = try connection.number(
        """
        SELECT count(*) FROM pg_catalog.pg_attribute
        WHERE attrelid = to_regclass('\(name).schema_version') AND attname IN ('mark', 'version')
        """)
      guard isOurs == 2 else {
        let others = try connection.number(
          "SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = '\(name)'::regnamespace")
        guard others == 0 else {
          throw .unusable(store: connection.store, reason: "its schema \(name) belongs to another program")
        }
        return 0
      }
      let version = try connection.number("SELECT version FROM \(name).schema_version")
      guard version <= known else { throw .newer(store: connection.store, version: version, known: known) }
      return version
    } catch {
      // Who may not even read this cannot use the database at all.
      if case .unwritable(let place, let reason) = error { throw .unusable(store: place, reason: reason) }
      throw error
    }
  }

  private static func exists(_ connection: PostgreSQLConnection) throws(RecordFault) -> Bool {
    try connection.number("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = '\(name)'") == 1
  }

  /// The tables are SQLite's of version 2. Text has the collation "C", so that it is compared by its bytes as there. Names
  /// have no index: it would refuse long ones, and a part of a name is not found by it.
  private static let version1 = """
    CREATE TABLE schema_version (mark text PRIMARY KEY CHECK (mark = 'DermGemma'), version bigint NOT NULL);
    INSERT INTO schema_version VALUES ('DermGemma', 1);

    CREATE TABLE runs (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text COLLATE "C" NOT NULL UNIQUE,
      kind text COLLATE "C" NOT NULL,
      state text COLLATE "C" NOT NULL CHECK (state IN ('running', 'finished', 'interrupted', 'failed')),
      started_ms bigint NOT NULL,
      ended_ms bigint,
      command text COLLATE "C" NOT NULL,
      protocol_id text COLLATE "C" NOT NULL,
      protocol_version text COLLATE "C" NOT NULL,
      protocol_sha256 text COLLATE "C" NOT NULL,
      protocol_text text COLLATE "C",
      model text COLLATE "C" NOT NULL,
      weights_sha256 text COLLATE "C" NOT NULL,
      projector_sha256 text COLLATE "C",
      engine text COLLATE "C" NOT NULL,
      seed text COLLATE "C" NOT NULL,
      machine text COLLATE "C" NOT NULL,
      settings text COLLATE "C" NOT NULL,
      inputs text COLLATE "C" NOT NULL
    );

    CREATE TABLE examinations (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text COLLATE "C" NOT NULL UNIQUE,
      run bigint NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
      position bigint NOT NULL CHECK (position >= 0),
      finished_ms bigint NOT NULL,
      image_name text COLLATE "C" NOT NULL,
      image_sha256 text COLLATE "C",
      outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('report', 'failure')),
      code text COLLATE "C",
      truth text COLLATE "C",
      agrees smallint CHECK (agrees IN (0, 1)),
      description text COLLATE "C",
      protocol_id text COLLATE "C" NOT NULL,
      protocol_sha256 text COLLATE "C" NOT NULL,
      model text COLLATE "C" NOT NULL,
      weights_sha256 text COLLATE "C" NOT NULL,
      elapsed_ms double precision NOT NULL,
      body text COLLATE "C" NOT NULL,
      details text COLLATE "C",
      UNIQUE (run, position)
    );
    CREATE INDEX examinations_by_image ON examinations (image_sha256);
    CREATE INDEX examinations_by_code ON examinations (code, number);
    CREATE INDEX examinations_by_agreement ON examinations (agrees, number);
    CREATE INDEX examinations_by_agreement_and_code ON examinations (agrees, code, number);
    CREATE INDEX examinations_by_time ON examinations (finished_ms);
    CREATE INDEX examinations_by_protocol ON examinations (protocol_sha256);
    CREATE INDEX examinations_by_weights ON examinations (weights_sha256);

    CREATE TABLE flags (
      examination bigint NOT NULL REFERENCES examinations (number) ON DELETE CASCADE,
      flag text COLLATE "C" NOT NULL,
      PRIMARY KEY (examination, flag)
    );
    CREATE INDEX flags_by_name ON flags (flag, examination);
    """
}
