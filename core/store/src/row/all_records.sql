SELECT record FROM record
UNION
SELECT record FROM own_change WHERE lane = 0
ORDER BY 1
