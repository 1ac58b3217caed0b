SELECT record, other, seen, unit, unit_name, agreed, score FROM told ORDER BY score DESC, record, other LIMIT ?1
