DELETE FROM own_change
WHERE space = ?1 AND lane = 1 AND verdict_pos > 0 AND verdict_pos <= ?2
  AND verdict_timeline = (SELECT timeline FROM space WHERE space = ?1)
  AND NOT EXISTS (SELECT 1 FROM attention a WHERE a.save = own_change.save AND a.fixed = 0)
  AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.record = own_change.record)
  AND NOT EXISTS (
        SELECT 1 FROM own_change o LEFT JOIN attention a ON a.save = o.save
        WHERE o.record = own_change.record AND o.save < own_change.save AND (o.lane = 0 OR a.fixed = 0))
  AND (
        EXISTS (SELECT 1 FROM record r WHERE r.record = own_change.record)
        OR NOT EXISTS (
            SELECT 1 FROM own_change o LEFT JOIN attention a ON a.save = o.save
            WHERE o.record = own_change.record
              AND (a.fixed = 0
                OR (o.lane = 1 AND o.verdict_pos > 0 AND o.verdict_pos <= ?2
                    AND o.verdict_timeline = (SELECT timeline FROM space WHERE space = ?1)) IS NOT TRUE)))
RETURNING save, command, command_name, remedy, record, body, former, undoes, undone_by
