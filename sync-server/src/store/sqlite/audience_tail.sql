SELECT key, record, kind, pos, here FROM audience
WHERE space = ? AND key = ? AND pos > ? AND kind IN (SELECT value FROM json_each(?))
ORDER BY pos LIMIT ?
