INSERT OR REPLACE INTO space (
    space, timeline, branches, cursor, epoch_timeline, epoch_n, backfill, backfill_key, backfill_record,
    heard, forgotten, seq, prev, safe_pos, checked_at, grants, remains)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
