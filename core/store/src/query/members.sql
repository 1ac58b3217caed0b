SELECT record FROM view_row WHERE record = ?1
UNION
SELECT record FROM view_row WHERE shown_as = ?1 AND front = 0
ORDER BY 1
