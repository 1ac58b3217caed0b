SELECT unit, count(*) AS places FROM view_row INDEXED BY view_row_ended
WHERE front = 1 AND flags & 512 <> 0 AND kind = :kind AND (:unit IS NULL OR unit IN (
    WITH RECURSIVE below (unit) AS (
        SELECT :unit
        UNION
        SELECT u.record FROM below b JOIN view_row u ON u.parent = b.unit AND u.kind = 'unit')
    SELECT unit FROM below))
GROUP BY unit
