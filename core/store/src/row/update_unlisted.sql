UPDATE view_row SET
    space = ?2, title = ?6, subtitle = ?7, flags = ?9, own_unit = ?12, inherits = ?15, changed_at = ?16, changed_by = ?17,
    lat_e7 = ?18, lon_e7 = ?19, found_by = ?20
WHERE record = ?1
