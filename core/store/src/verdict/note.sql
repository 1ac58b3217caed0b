UPDATE own_change
SET verdict = ?2, verdict_pos = ?3, verdict_timeline = ?4, stub = ?5, lane = ?6,
    held_pos      = CASE WHEN ?7 THEN ?3 ELSE held_pos END,
    held_timeline = CASE WHEN ?7 THEN ?4 ELSE held_timeline END
WHERE save = ?1
