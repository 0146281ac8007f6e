"""What subscribers agreed to, refused and wished: consents, refusals, own lists, category wishes."""
