"""Signing in with an identity provider by OpenID Connect: who someone is said elsewhere, what they may do said here."""
