 AND parent IN (SELECT :parent UNION SELECT record FROM view_row WHERE shown_as = :parent AND front = 0
    UNION SELECT old FROM view_origin WHERE record = :parent)
