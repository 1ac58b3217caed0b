SELECT record, coalesce(?2, own_unit) AS should FROM view_row
WHERE parent = ?1 AND inherits = 1 AND unit IS NOT coalesce(?2, own_unit)
