"""Outside shops and sites that a licence covers, and how their addresses are recognised."""
