INSERT INTO turn (whose, back_at_ms) VALUES (?1, ?2)
ON CONFLICT (whose) DO UPDATE SET back_at_ms = ?2
