"""What admission is asked by: lines issued so far, and the blacklist that carriers share (regime 2.7, 7.2)."""
