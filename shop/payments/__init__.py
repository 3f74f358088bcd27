"""Money: methods of payment, Stripe Checkout, proofs of transfer, refunds, and what is still open."""
