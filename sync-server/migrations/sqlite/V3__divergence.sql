-- Digests of phones that did not agree, as the phones reported them when they came to an end.
CREATE TABLE divergence (
    id BLOB PRIMARY KEY,
    device BLOB NOT NULL,
    space BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    found_at INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    keys BLOB NOT NULL,
    missing INTEGER NOT NULL,
    other INTEGER NOT NULL,
    extra INTEGER NOT NULL,
    damaged INTEGER NOT NULL,
    repaired INTEGER NOT NULL,
    outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX divergence_received ON divergence (received_at);
