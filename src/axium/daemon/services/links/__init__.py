"""Links as the daemon has them: the process that keeps them, who asked, who follows, aliases."""
