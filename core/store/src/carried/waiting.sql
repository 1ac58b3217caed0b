SELECT seal FROM carried
WHERE purpose = 'bundle' AND code IS NULL
ORDER BY taken_at, rowid
