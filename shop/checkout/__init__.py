"""From a cart, or a program's wish, to a placed order and its payment."""
