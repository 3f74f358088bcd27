"""Being found: what search engines may read."""
