INSERT INTO record (
    record, space, kind, state, sum, pos, timeline, held_by, share, epoch_timeline, epoch_n, leaving)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0)
ON CONFLICT (record) DO NOTHING
