SELECT
    (SELECT count(*) FROM own_change WHERE lane = 0 AND stub = 0 AND verdict IS NULL AND offered = 0),
    (SELECT count(*) FROM own_change WHERE lane = 0 AND stub = 0 AND verdict IS NULL AND offered = 1),
    (SELECT count(*) FROM own_change WHERE lane = 0 AND verdict = 'applied'),
    (SELECT count(*) FROM own_change WHERE lane = 0 AND verdict = 'quarantined'),
    (SELECT count(*) FROM attention WHERE fixed = 0),
    (SELECT count(*) FROM draft),
    (SELECT count(*) FROM view_row WHERE at_odds = 1 AND front = 1),
    (SELECT count(*) FROM record),
    (SELECT count(*) FROM record WHERE leaving = 1)
