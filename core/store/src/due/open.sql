SELECT t.* FROM view_row t
WHERE t.front = 1 AND t.kind = :kind AND t.flags & 512 = 0 AND (:unit IS NULL OR t.unit IN (
    WITH RECURSIVE below (unit) AS (
        SELECT :unit
        UNION
        SELECT u.record FROM below b JOIN view_row u ON u.parent = b.unit AND u.kind = 'unit')
    SELECT unit FROM below))
    AND NOT EXISTS (
        SELECT 1 FROM view_row d WHERE d.front = 1 AND d.kind = :done AND d.sort >= :from AND d.sort < :upto
            AND (:titles IS NULL OR d.title IN (SELECT value FROM json_each(:titles)))
            AND d.parent IN (SELECT t.record UNION ALL SELECT record FROM view_row WHERE shown_as = t.record AND front = 0))
ORDER BY t.sort, t.record
LIMIT :limit
