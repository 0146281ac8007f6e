"""Test calls (拨测): a real SIP user agent rings a suspected number, listens, and notes what happened."""
