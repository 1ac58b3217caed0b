INSERT INTO view_search (view_search) VALUES ('optimize');
INSERT INTO view_gram (view_gram) VALUES ('optimize');
VACUUM;
