INSERT INTO view_row (
    record, space, front, shown_as, kind, title, subtitle, status, flags, at_odds, sort, own_unit, unit, parent, inherits,
    changed_at, changed_by, lat_e7, lon_e7, found_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
ON CONFLICT (record) DO NOTHING
