SELECT space, record, kind, state, sum, pos, held_by, share FROM record
WHERE record = ?1
