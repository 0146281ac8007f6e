"""What became of each holder's calls: decisions added up by day, action and reason."""
