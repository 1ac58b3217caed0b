CREATE VIRTUAL TABLE temp.search_terms USING fts5vocab (main, view_search, instance);
CREATE VIRTUAL TABLE temp.gram_terms USING fts5vocab (main, view_gram, instance);
