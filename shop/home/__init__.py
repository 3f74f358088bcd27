"""The home page: search first, what ships now, the cultivar groups, the growers, how to check, the mark."""
