SELECT record FROM view_row WHERE record = ?1
UNION
SELECT record FROM view_row WHERE shown_as = ?1 AND front = 0
UNION
SELECT shown_as FROM view_row WHERE record = ?1 AND front = 0 AND shown_as IS NOT NULL
UNION
SELECT other.record FROM view_row AS one JOIN view_row AS other ON other.shown_as = one.shown_as AND other.front = 0
WHERE one.record = ?1 AND one.front = 0
ORDER BY 1
