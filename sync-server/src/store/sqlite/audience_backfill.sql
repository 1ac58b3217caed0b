SELECT key, record, kind, pos, here FROM audience
WHERE space = ? AND key = ? AND record > ? AND here = 1 AND kind IN (SELECT value FROM json_each(?))
ORDER BY record LIMIT ?
