SELECT * FROM remembered
WHERE save >= :oldest
  AND command IN (SELECT DISTINCT command FROM remembered WHERE save >= :oldest ORDER BY command DESC LIMIT :limit)
ORDER BY command DESC, save
