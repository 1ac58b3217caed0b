INSERT INTO heard (device, at_s) VALUES (?1, ?2)
ON CONFLICT (device) DO UPDATE SET at_s = max(at_s, ?2)
