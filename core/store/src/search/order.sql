WHERE coalesce(:long, :short, :kinds, '') IS NOT NULL
ORDER BY instr(r.title, :first) = 0, instr(r.title, :first), r.sort, r.record
LIMIT :limit
