"""Programmes with one date, noted by staff, for the interrupted series of reports."""
