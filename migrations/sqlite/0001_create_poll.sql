-- Timestamps are UTC text, YYYY-MM-DDTHH:MM:SS[.fff]Z. Rows of poll are never deleted, so an id is never used twice.

CREATE TABLE poll (
    id             INTEGER PRIMARY KEY,
    dataset        TEXT NOT NULL,
    "trigger"      TEXT NOT NULL CHECK ("trigger" IN ('schedule', 'startup', 'manual', 'backfill', 'replay')),
    started_at     TEXT NOT NULL,
    finished_at    TEXT,     -- NULL while the poll is in hand
    outcome        TEXT CHECK (outcome IN ('ok', 'unchanged', 'empty', 'failed')),
    degraded       TEXT,     -- why the snapshot is not to be relied on; NULL if it is
    error_category TEXT CHECK (error_category IN ('network', 'http', 'throttled', 'tls', 'protocol', 'data', 'auth',
                                                  'storage', 'locked', 'config', 'internal',
                                                  'stopped',        -- by a stop of usaged
                                                  'interrupted')),  -- by the end of its process
    error_message  TEXT,
    retry_after    INTEGER,  -- seconds that the server asked us to stay away
    rows_received  INTEGER,  -- good rows of the snapshot, repeated ones included
    rows_inserted  INTEGER,
    rows_changed   INTEGER,
    rows_unchanged INTEGER,
    data_from      TEXT,     -- oldest and newest processing date of the snapshot
    data_to        TEXT,
    CHECK ((outcome IS NULL) = (finished_at IS NULL)),
    CHECK ((outcome IS 'failed') = (error_category IS NOT NULL))
) STRICT;

CREATE INDEX poll_by_dataset ON poll (dataset);
CREATE INDEX poll_by_start ON poll (started_at);

CREATE TABLE http_call (
    id             INTEGER PRIMARY KEY,
    poll_id        INTEGER REFERENCES poll (id),
    attempt        INTEGER NOT NULL,
    method         TEXT NOT NULL,
    url            TEXT NOT NULL,
    status         INTEGER,  -- NULL if no answer came
    request_id     TEXT,
    correlation_id TEXT,
    ms_cv          TEXT,
    server_id      TEXT,
    retry_after    INTEGER,  -- seconds
    bytes          INTEGER NOT NULL,  -- of the answer's body
    started_at     TEXT NOT NULL,
    duration_ms    INTEGER NOT NULL,
    error          TEXT      -- NULL if a complete answer came
) STRICT;

CREATE INDEX http_call_by_poll ON http_call (poll_id);
CREATE INDEX http_call_by_start ON http_call (started_at);

-- Bodies of answers as they arrived.
CREATE TABLE raw_payload (
    id          INTEGER PRIMARY KEY,
    sha256      BLOB NOT NULL UNIQUE,  -- of the body
    bytes       INTEGER NOT NULL,      -- of the body
    zstd        BLOB NOT NULL,         -- the body as one Zstandard frame with a checksum
    archived_at TEXT NOT NULL
) STRICT;

-- Which bodies a poll read. Outlives the bodies, so that an unchanged snapshot is known by its pages.
CREATE TABLE poll_page (
    poll_id INTEGER NOT NULL REFERENCES poll (id),
    page    INTEGER NOT NULL,  -- from 0
    sha256  BLOB NOT NULL,
    bytes   INTEGER NOT NULL,
    PRIMARY KEY (poll_id, page)
) STRICT, WITHOUT ROWID;

CREATE INDEX poll_page_by_sha256 ON poll_page (sha256);

CREATE TABLE token_event (
    id     INTEGER PRIMARY KEY,
    event  TEXT NOT NULL,
    detail TEXT,
    at     TEXT NOT NULL
) STRICT;
