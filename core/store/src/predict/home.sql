SELECT space FROM (
    SELECT space, -1 AS at FROM record WHERE record = ?1
    UNION ALL
    SELECT space, save FROM own_change WHERE record = ?1 AND lane = 0 AND stub = 0)
ORDER BY at LIMIT 1
