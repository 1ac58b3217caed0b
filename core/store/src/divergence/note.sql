UPDATE divergence
SET kinds = ?2, keys = ?3, missing = missing + ?4, other = other + ?5, extra = extra + ?6, damaged = damaged + ?7,
    narrowed = max(narrowed, ?8)
WHERE space = ?1 AND outcome = 'open'
