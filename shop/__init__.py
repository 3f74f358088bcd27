"""Sell: what is on sale, orders, money, parcels."""
