SELECT count(*) FROM refinery_schema_history
WHERE datetime(applied_on) IS NULL OR checksum GLOB '*[^0-9]*';
