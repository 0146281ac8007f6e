"""One page that tells an officer what was found on a day, by itself: no script, nothing fetched from elsewhere."""
