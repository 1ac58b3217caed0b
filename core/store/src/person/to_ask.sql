SELECT person.account, r.space, r.record
FROM person JOIN record r ON r.record = person.record
WHERE person.asked_at <= CASE WHEN person.name IS NULL THEN ?1 ELSE ?2 END
ORDER BY person.name IS NOT NULL, person.asked_at, person.account
LIMIT ?3
