"""The public register: who may use a mark, and where."""
