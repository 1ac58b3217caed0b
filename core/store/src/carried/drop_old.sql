DELETE FROM carried
WHERE taken_at < ?1 AND (purpose = 'bundle_reply' OR code IS NOT NULL)
