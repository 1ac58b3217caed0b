SELECT * FROM view_row
WHERE front = 1 AND kind = :kind AND changed_at >= :since AND (:unit IS NULL OR unit IN (
    WITH RECURSIVE below (unit) AS (
        SELECT :unit
        UNION
        SELECT u.record FROM below b JOIN view_row u ON u.parent = b.unit AND u.kind = 'unit')
    SELECT unit FROM below))
ORDER BY CASE WHEN :oldest_first THEN changed_at ELSE -changed_at END, record
LIMIT :limit
