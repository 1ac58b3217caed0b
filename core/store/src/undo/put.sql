INSERT INTO undo (save, command, name, remedy, record, body, former, undoes)
VALUES (:save, :command, :name, :remedy, :record, :body, :former, :undoes)
