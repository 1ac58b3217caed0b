INSERT INTO own_change
    (save, space, record, replica, seq, hash, body, lane, stub, command, command_name, remedy, former, undoes)
VALUES
    (:save, :space, :record, :replica, :seq, :hash, :body, 0, 0, :command, :command_name, :remedy, :former, :undoes)
