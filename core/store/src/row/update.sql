UPDATE view_row SET
    space = ?2, front = ?3, shown_as = ?4, kind = ?5, title = ?6, subtitle = ?7, status = ?8, flags = ?9,
    at_odds = ?10, sort = ?11, own_unit = ?12, unit = ?13, parent = ?14, inherits = ?15, changed_at = ?16,
    changed_by = ?17, lat_e7 = ?18, lon_e7 = ?19, found_by = ?20
WHERE record = ?1
