"""Marks, their rules, and the licences to use them."""
