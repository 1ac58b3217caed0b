SELECT rowid AS id FROM view_gram WHERE view_gram MATCH :short LIMIT 2000
