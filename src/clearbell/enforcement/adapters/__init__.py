"""Ways to tell a target: Kamailio's RPC, signed webhooks, files over SFTP."""
