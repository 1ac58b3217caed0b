SELECT rowid AS id FROM view_search
WHERE view_search MATCH :long
  -- The sign keeps SQLite from asking the long index once for each row of the short one.
  AND +rowid IN (SELECT rowid FROM view_gram WHERE view_gram MATCH :short)
LIMIT 2000
