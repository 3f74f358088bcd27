"""Where parcels go, what that costs, and how they leave."""
