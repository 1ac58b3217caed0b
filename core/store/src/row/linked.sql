SELECT other FROM view_link WHERE record = ?1
UNION
SELECT record FROM view_link WHERE other = ?1
