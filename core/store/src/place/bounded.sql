SELECT EXISTS (
    SELECT 1 FROM view_boundary
    WHERE unit = :unit AND from_day <= :day AND (until_day IS NULL OR until_day > :day))
