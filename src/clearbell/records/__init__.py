"""Records of calls: the journal of every decision, and the lake of finished calls, by day."""
