INSERT INTO frame (space, replica, device, carrier, received_at, signed, signature) VALUES (?, ?, ?, ?, ?, ?, ?)
