"""Ground floor: what any web application needs."""
