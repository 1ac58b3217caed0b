-- Mappings, rows and runs of imports.

-- name: import_mappings
SELECT source, name, what, headings, body, used_at FROM import_mapping ORDER BY used_at DESC, source

-- name: import_mapping_put
INSERT INTO import_mapping (source, name, what, headings, body, used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (source) DO UPDATE SET name = ?2, what = ?3, headings = ?4, body = ?5, used_at = ?6

-- name: import_row
SELECT record, stands FROM import_row WHERE source = ?1 AND key = ?2

-- name: import_row_put
INSERT INTO import_row (source, key, record, stands) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (source, key) DO UPDATE SET record = ?3, stands = ?4

-- name: import_rows_of
SELECT key, stands FROM import_row WHERE record = ?2 AND source = ?1 ORDER BY key

-- name: import_run_add
INSERT INTO import_run (source, space, unit, what, file, account, begun_at, ended_at, undone_at, counts)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, NULL, '') RETURNING id

-- name: import_run_set
UPDATE import_run SET ended_at = ?2, undone_at = ?3, counts = ?4 WHERE id = ?1

-- name: import_runs
SELECT id, source, space, unit, what, file, account, begun_at, ended_at, undone_at, counts FROM import_run ORDER BY id

-- name: import_span_put
INSERT INTO import_span (run, replica, seq_from, seq_to) VALUES (?1, ?2, ?3, ?4)

-- name: import_spans
SELECT replica, seq_from, seq_to FROM import_span WHERE run = ?1 ORDER BY seq_from, replica

-- name: import_staff_put
INSERT INTO import_staff (run, account, granted, made) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (run, account, granted) DO NOTHING

-- name: import_staff
SELECT account, granted, made FROM import_staff WHERE run = ?1 ORDER BY account, granted
