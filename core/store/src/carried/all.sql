SELECT seal, purpose, about, length(sealed) AS bytes, taken_at, code FROM carried
ORDER BY taken_at, rowid
