"""Ways to send: SMPP, SMTP, webhooks, and a folder for development, behind one protocol."""
