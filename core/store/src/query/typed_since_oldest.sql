SELECT * FROM view_row INDEXED BY view_row_typed
WHERE front = 1 AND flags & 256 <> 0 AND kind = :kind AND changed_at >= :since AND (:unit IS NULL OR unit IN (
    WITH RECURSIVE below (unit) AS (
        SELECT :unit
        UNION
        SELECT u.record FROM below b JOIN view_row u ON u.parent = b.unit AND u.kind = 'unit')
    SELECT unit FROM below))
ORDER BY changed_at, record
LIMIT :limit
