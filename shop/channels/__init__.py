"""Outside channels: the orders of growers' existing shops, taken in from the platforms' exports."""
