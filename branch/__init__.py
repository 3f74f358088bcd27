"""Organise: who belongs to whom, who may use a mark, what was sold, what is reported."""
