/// All versions of the schema that there ever were. A released one never changes; docs/RECORDS.md explains the last.
enum Schema {
  static let migrations = [
    Migration(version: 1, statements: version1), Migration(version: 2, statements: version2),
  ]

  private static let version1 = """
    CREATE TABLE runs (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted', 'failed')),
      started_ms INTEGER NOT NULL,
      ended_ms INTEGER,
      command TEXT NOT NULL,
      protocol_id TEXT NOT NULL,
      protocol_version TEXT NOT NULL,
      protocol_sha256 TEXT NOT NULL,
      protocol_text TEXT,
      model TEXT NOT NULL,
      weights_sha256 TEXT NOT NULL,
      projector_sha256 TEXT,
      engine TEXT NOT NULL,
      seed TEXT NOT NULL,
      machine TEXT NOT NULL,
      settings TEXT NOT NULL,
      inputs TEXT NOT NULL
    ) STRICT;

    CREATE TABLE examinations (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
      position INTEGER NOT NULL CHECK (position >= 0),
      finished_ms INTEGER NOT NULL,
      image_name TEXT NOT NULL,
      image_sha256 TEXT,
      outcome TEXT NOT NULL CHECK (outcome IN ('report', 'failure')),
      code TEXT,
      truth TEXT,
      description TEXT,
      protocol_id TEXT NOT NULL,
      protocol_sha256 TEXT NOT NULL,
      model TEXT NOT NULL,
      weights_sha256 TEXT NOT NULL,
      elapsed_ms REAL NOT NULL,
      body TEXT NOT NULL,
      details TEXT,
      UNIQUE (run, position)
    ) STRICT;
    CREATE INDEX examinations_by_image ON examinations (image_sha256);
    CREATE INDEX examinations_by_code ON examinations (code);
    CREATE INDEX examinations_by_time ON examinations (finished_ms);
    CREATE INDEX examinations_by_protocol ON examinations (protocol_sha256);
    CREATE INDEX examinations_by_weights ON examinations (weights_sha256);

    CREATE TABLE flags (
      examination INTEGER NOT NULL REFERENCES examinations (number) ON DELETE CASCADE,
      flag TEXT NOT NULL,
      PRIMARY KEY (examination, flag)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX flags_by_name ON flags (flag, examination);

    CREATE TABLE images (
      sha256 TEXT NOT NULL,
      role TEXT NOT NULL CHECK (role IN ('original', 'thumbnail')),
      media_type TEXT NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (sha256, role)
    ) STRICT;

    -- A row while deleted rows' bytes still await being overwritten.
    CREATE TABLE erasures (pending INTEGER PRIMARY KEY) STRICT;
    """

  /// Adds the agreement of code and truth, as `GroundTruth.agrees` computes it for new rows; drops the seed of server
  /// runs and the table of pictures, which no version ever filled.
  private static let version2 = """
    ALTER TABLE examinations ADD COLUMN agrees INTEGER CHECK (agrees IN (0, 1));
    UPDATE examinations SET agrees = (truth = code) WHERE truth IS NOT NULL AND code IS NOT NULL;
    CREATE INDEX examinations_by_agreement ON examinations (agrees);
    CREATE INDEX examinations_by_agreement_and_code ON examinations (agrees, code);
    CREATE INDEX examinations_by_name ON examinations (image_name);

    UPDATE runs SET seed = '' WHERE kind = 'serve';

    INSERT OR IGNORE INTO erasures SELECT 1 WHERE EXISTS (SELECT 1 FROM images);
    DROP TABLE images;
    """
}
