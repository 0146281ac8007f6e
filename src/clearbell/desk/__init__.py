"""What an officer does that touches several domains in one act."""
