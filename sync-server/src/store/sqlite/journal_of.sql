-- Named, for without statistics the planner walks the whole journal in order of pos.
SELECT space, pos, record, kind, replica, seq, received_at, entry, chain
FROM journal INDEXED BY journal_record
WHERE space = ? AND record = ? ORDER BY pos
