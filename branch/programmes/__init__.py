"""Programmes with one date, noted by the branch, for the interrupted series of reports."""
