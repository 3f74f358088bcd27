"""Packing and sending on a phone: what is due, codes, papers, couriers."""
