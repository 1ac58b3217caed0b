SELECT record, parent, title, subtitle FROM view_row WHERE kind = :kind AND front = 1 AND parent IS NOT NULL
