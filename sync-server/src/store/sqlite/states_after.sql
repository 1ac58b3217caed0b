SELECT space, record, kind, pos, author, bytes
FROM state WHERE space = ? AND record > ? ORDER BY record LIMIT ?
