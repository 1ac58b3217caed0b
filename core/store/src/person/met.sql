INSERT INTO person (account, record) VALUES (?1, ?2)
ON CONFLICT (account) DO UPDATE SET record = excluded.record WHERE name IS NULL OR NOT EXISTS (SELECT 1 FROM record r WHERE r.record = person.record)
