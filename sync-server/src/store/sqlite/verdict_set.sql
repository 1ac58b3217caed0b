UPDATE inbox SET verdict = ?4, verdict_pos = ?5, code = ?6, hint = ?7, effective = COALESCE(?8, effective)
WHERE space = ?1 AND replica = ?2 AND seq = ?3
