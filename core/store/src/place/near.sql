SELECT r.* FROM view_place p CROSS JOIN view_row r ON r.id = p.id
WHERE p.lat_min <= :north AND p.lat_max >= :south AND p.lon_min <= :east AND p.lon_max >= :west
  AND r.front = 1 AND r.lat_e7 IS NOT NULL
