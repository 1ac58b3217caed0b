SELECT id, front, shown_as, kind, status, at_odds, sort, unit, parent, found_by, lat_e7, lon_e7
FROM view_row WHERE record = ?1
