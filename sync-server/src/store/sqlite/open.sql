PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA temp_store = MEMORY;
-- A page that many changes touch is copied into the main file once in so many megabytes, not at each commit.
PRAGMA wal_autocheckpoint = 8192;
