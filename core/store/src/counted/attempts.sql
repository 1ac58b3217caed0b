SELECT t.record AS target, a.title AS outcome, c.raised AS raised, r.status AS status
FROM view_row t INDEXED BY view_row_parent
JOIN view_row a ON a.front = 1 AND a.kind = 'attempt' AND a.parent IN (
    SELECT t.record UNION SELECT record FROM view_row WHERE shown_as = t.record AND front = 0
    UNION SELECT old FROM view_origin WHERE record = t.record)
LEFT JOIN view_counted c ON c.record = a.record
LEFT JOIN view_row r ON r.record = c.raised
WHERE t.front = 1 AND t.kind = 'target' AND t.parent IN (
    SELECT :campaign UNION SELECT record FROM view_row WHERE shown_as = :campaign AND front = 0
    UNION SELECT old FROM view_origin WHERE record = :campaign)
