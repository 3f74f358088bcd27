"""Orders and their consignments, from checkout to the buyer's door."""
