SELECT rowid AS id FROM view_search WHERE view_search MATCH :long AND rowid IN (
    SELECT rowid FROM view_gram WHERE view_gram MATCH :short)
LIMIT 2000
