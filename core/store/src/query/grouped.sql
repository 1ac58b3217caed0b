SELECT DISTINCT shown_as FROM view_row WHERE front = 0 AND shown_as IS NOT NULL AND kind IN ('estate', 'building', 'dwelling', 'household')
