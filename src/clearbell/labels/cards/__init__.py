"""Business name cards (来电名片): whom a verified holder's number belongs to, shown where no label warns of it."""
