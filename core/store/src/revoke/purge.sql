DELETE FROM attention;
DELETE FROM own_change;
DELETE FROM draft;
DELETE FROM record;
DELETE FROM space;
