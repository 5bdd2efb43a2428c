"""What several figures need: homes, servers, load, terminals, and the table."""
