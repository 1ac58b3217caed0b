SELECT * FROM remembered
WHERE save >= :oldest AND command = (SELECT command FROM remembered WHERE save = :save)
ORDER BY save
