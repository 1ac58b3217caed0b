-- Facts of what is appraised. Where the key's first cell is met alone, SQLite walks a whole space: the index is named.

-- name: fact_put
INSERT INTO fact (space, month, record, bytes) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (space, month, record) DO UPDATE SET bytes = ?4

-- name: facts_drop
DELETE FROM fact INDEXED BY fact_record WHERE space = ?1 AND record = ?2

-- name: facts_clear
DELETE FROM fact WHERE space = ?1

-- name: facts_of_month
SELECT bytes FROM fact WHERE space = ?1 AND month = ?2 ORDER BY record

-- name: facts_of_record
SELECT month, bytes FROM fact INDEXED BY fact_record WHERE space = ?1 AND record = ?2 ORDER BY month

-- name: facts_raised_put
INSERT INTO fact_raised (space, raised, attempt) VALUES (?1, ?2, ?3) ON CONFLICT (space, raised, attempt) DO NOTHING

-- name: facts_raised_drop
DELETE FROM fact_raised INDEXED BY fact_raised_attempt WHERE space = ?1 AND attempt = ?2

-- name: facts_raised_clear
DELETE FROM fact_raised WHERE space = ?1

-- name: facts_raised_by
SELECT raised FROM fact_raised INDEXED BY fact_raised_attempt WHERE space = ?1 AND attempt = ?2 ORDER BY raised

-- name: facts_is_raised
SELECT 1 FROM fact_raised WHERE space = ?1 AND raised = ?2 LIMIT 1

-- name: facts_upto
SELECT pos, record, version FROM fact_upto WHERE space = ?1

-- name: facts_upto_set
INSERT INTO fact_upto (space, pos, record, version) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (space) DO UPDATE SET pos = ?2, record = ?3, version = ?4

-- name: counted_after
SELECT space, record, kind, pos, author, bytes FROM state INDEXED BY state_counted
WHERE space = ?1 AND (pos, record) > (?2, ?3) AND kind IN ('case', 'campaign', 'target', 'attempt', 'objection')
ORDER BY pos, record LIMIT ?4
