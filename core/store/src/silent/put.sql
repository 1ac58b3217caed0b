INSERT OR REPLACE INTO record
    (record, space, kind, state, sum, pos, timeline, held_by, share, epoch_timeline, epoch_n, leaving)
SELECT ?1, space, kind, ?3, ?4, ?5, timeline, held_by, ?6, epoch_timeline, epoch_n, leaving
FROM record WHERE record = ?2
