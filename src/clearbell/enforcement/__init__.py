"""Restrictions carried out by others: switches and carriers are told, answer for it, and are told again when it ends."""
