SELECT r.record, b.polygon
FROM view_place p CROSS JOIN view_boundary b ON b.id = p.id CROSS JOIN view_row r ON r.id = p.id
WHERE p.lat_min <= :lat AND p.lat_max >= :lat AND p.lon_min <= :lon AND p.lon_max >= :lon AND r.front = 1
ORDER BY r.record
