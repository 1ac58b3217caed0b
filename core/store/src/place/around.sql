SELECT b.unit, b.polygon
FROM view_place p CROSS JOIN view_boundary b ON b.id = p.id CROSS JOIN view_row r ON r.id = p.id
WHERE p.lat_min <= :lat AND p.lat_max >= :lat AND p.lon_min <= :lon AND p.lon_max >= :lon AND r.front = 1
  AND b.from_day <= :day AND (b.until_day IS NULL OR b.until_day > :day)
  AND NOT EXISTS (
    SELECT 1 FROM view_boundary n
    WHERE n.unit = b.unit AND n.from_day > b.from_day AND n.from_day <= :day
      AND (n.until_day IS NULL OR n.until_day > :day))
ORDER BY b.unit
