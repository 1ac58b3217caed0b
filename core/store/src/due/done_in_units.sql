SELECT d.unit AS place, d.unit AS unit, min(d.sort) AS newest, d.changed_by AS changed_by
FROM view_row d
WHERE d.front = 1 AND d.kind = :done AND d.sort >= :from AND d.sort < :upto AND d.parent IS NULL AND d.unit IS NOT NULL
    AND (:unit IS NULL OR d.unit IN (
    WITH RECURSIVE below (unit) AS (
        SELECT :unit
        UNION
        SELECT u.record FROM below b JOIN view_row u ON u.parent = b.unit AND u.kind = 'unit')
    SELECT unit FROM below))
GROUP BY d.unit
