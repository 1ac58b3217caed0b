DELETE FROM departed
WHERE NOT EXISTS (SELECT 1 FROM own_change o WHERE o.record = departed.record)
