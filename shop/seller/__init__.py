"""The grower's console: the day at a glance, and a listing published from a phone."""
