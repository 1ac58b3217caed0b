DELETE FROM attention;
DELETE FROM seen_overtaken;
DELETE FROM own_change;
DELETE FROM draft;
DELETE FROM record;
DELETE FROM space;
