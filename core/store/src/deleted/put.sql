INSERT OR REPLACE INTO view_deleted (record, kind, title, subtitle, parent, deleted_by, pos)
VALUES (:record, :kind, :title, :subtitle, :parent, :by, :pos)
