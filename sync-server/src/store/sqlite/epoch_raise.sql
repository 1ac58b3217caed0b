INSERT INTO epoch (space, account, n) VALUES (?1, ?2, 1)
ON CONFLICT (space, account) DO UPDATE SET n = n + 1
