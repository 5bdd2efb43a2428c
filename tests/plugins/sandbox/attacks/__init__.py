"""What a hostile gear tries: a table, and the program that tries it, in a process for each row."""
