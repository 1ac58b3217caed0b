SELECT id, unit, found_by, lat_e7, lon_e7, kind FROM view_row WHERE record = ?1
