SELECT r.unit AS now, CASE WHEN r.inherits THEN coalesce(p.unit, r.own_unit) ELSE r.own_unit END AS should
FROM view_row r LEFT JOIN view_row p ON p.record = r.parent
WHERE r.record = ?1
