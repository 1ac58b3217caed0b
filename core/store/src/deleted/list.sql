SELECT record, kind, title, subtitle, parent, deleted_by, pos FROM view_deleted
WHERE ?2 IS NULL OR kind = ?2
ORDER BY pos DESC, record
LIMIT ?1
