SELECT coalesce(p.shown_as, p.record) AS place, d.unit AS unit, d.sort AS newest, d.changed_by AS changed_by
FROM view_row d INDEXED BY view_row_kind
JOIN view_row p ON p.record = d.parent
WHERE d.front = 1 AND d.kind = :done AND d.sort >= :from AND d.sort < :upto
    AND (:titles IS NULL OR d.title IN (SELECT value FROM json_each(:titles)))
    AND p.kind = :kind AND p.flags & 512 = 0 AND (:unit IS NULL OR d.unit IN (
    WITH RECURSIVE below (unit) AS (
        SELECT :unit
        UNION
        SELECT u.record FROM below b JOIN view_row u ON u.parent = b.unit AND u.kind = 'unit')
    SELECT unit FROM below))
ORDER BY d.sort, d.record
