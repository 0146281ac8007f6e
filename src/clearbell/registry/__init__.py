"""Who may call: parties, holders, number resources, trunks and their access providers (谁接入谁负责)."""
