"""Making, checking and restoring backups. They write files and, restoring, a whole database: edges of their own kind."""
