 AND parent IN (SELECT :parent UNION SELECT record FROM view_row WHERE shown_as = :parent AND front = 0)
