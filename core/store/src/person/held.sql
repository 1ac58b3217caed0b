INSERT INTO person (account, record)
SELECT changed_by, min(record) FROM view_row WHERE record IN (SELECT record FROM record) AND changed_by <> zeroblob(16) GROUP BY changed_by
ON CONFLICT (account) DO UPDATE SET record = excluded.record
