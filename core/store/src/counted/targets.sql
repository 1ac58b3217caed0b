SELECT t.record AS target, t.unit AS unit, c.door AS door, c.found AS found, c.has_left AS has_left,
    coalesce(p.shown_as, c.place) AS place, coalesce(b.shown_as, c.building) AS building
FROM view_row t INDEXED BY view_row_parent JOIN view_counted c ON c.record = t.record
LEFT JOIN view_row p ON p.record = c.place
LEFT JOIN view_row b ON b.record = c.building
WHERE t.front = 1 AND t.kind = 'target' AND t.parent IN (
    SELECT :campaign UNION SELECT record FROM view_row WHERE shown_as = :campaign AND front = 0
    UNION SELECT old FROM view_origin WHERE record = :campaign)
