"""What is published about a number: labels, versions, tombstones."""
