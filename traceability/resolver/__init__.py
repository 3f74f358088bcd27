"""GS1 Digital Link: addresses built of standard identifiers, and the resolver that answers them with links."""
