SELECT EXISTS (SELECT 1 FROM draft WHERE record = ?1)
    OR EXISTS (SELECT 1 FROM own_change WHERE record = ?1 AND lane = 0 AND stub = 0 AND verdict IS NULL)
