"""What is on sale: listings, their size grades, price ladders, seasons and photographs."""
