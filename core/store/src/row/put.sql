INSERT INTO view_row (
    record, space, front, shown_as, kind, title, subtitle, status, flags, at_odds, sort, own_unit, parent, inherits,
    changed_at, changed_by, lat_e7, lon_e7)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
ON CONFLICT (record) DO UPDATE SET
    space = ?2, front = ?3, shown_as = ?4, kind = ?5, title = ?6, subtitle = ?7, status = ?8, flags = ?9,
    at_odds = ?10, sort = ?11, own_unit = ?12, parent = ?13, inherits = ?14, changed_at = ?15, changed_by = ?16,
    lat_e7 = ?17, lon_e7 = ?18
RETURNING id
