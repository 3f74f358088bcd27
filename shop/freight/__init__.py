"""What it costs to send plants, by province and weight."""
