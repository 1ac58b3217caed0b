SELECT record, space, front, shown_as, kind, title, subtitle, status, flags, at_odds, sort, own_unit, unit, parent,
       inherits, changed_at, changed_by, lat_e7, lon_e7
FROM view_row ORDER BY record;
SELECT record, other FROM view_link ORDER BY 1, 2;
SELECT r.record, t.term, t.offset FROM temp.search_terms t LEFT JOIN view_row r ON r.id = t.doc ORDER BY 1, 2, 3;
SELECT r.record, t.term FROM temp.gram_terms t LEFT JOIN view_row r ON r.id = t.doc ORDER BY 1, 2;
SELECT r.record, p.lat_min, p.lat_max, p.lon_min, p.lon_max, b.polygon
FROM view_place p LEFT JOIN view_row r ON r.id = p.id LEFT JOIN view_boundary b ON b.id = p.id ORDER BY 1;
