SELECT body FROM own_change WHERE space = ?1 AND lane = 1 AND verdict_pos > ?2
