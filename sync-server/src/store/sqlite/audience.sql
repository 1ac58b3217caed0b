-- Named, for without statistics the planner walks the whole space along the primary key.
SELECT key, record, kind, pos, here FROM audience INDEXED BY audience_record
WHERE space = ? AND record = ? ORDER BY key
