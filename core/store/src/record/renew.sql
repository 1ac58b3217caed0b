UPDATE record
SET held_by = ?2, share = ?3, epoch_timeline = ?4, epoch_n = ?5, leaving = 0
WHERE record = ?1
