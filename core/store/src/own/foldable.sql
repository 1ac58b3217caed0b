SELECT * FROM own_change
WHERE record = ?1 AND lane = 0 AND stub = 0
ORDER BY save
