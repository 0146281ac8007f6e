"""What the views cost as they grow."""
