SELECT rowid AS id FROM view_search WHERE view_search MATCH :long LIMIT 2000
