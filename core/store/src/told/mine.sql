SELECT EXISTS (
    SELECT 1 FROM own_change AS o JOIN record AS r ON r.record = o.record
    WHERE o.space = ?1 AND o.lane = 1 AND o.verdict_pos > ?2
      AND r.kind IN ('resident', 'organisation', 'premises', 'estate')
)
