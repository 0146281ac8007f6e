"""Messages to people: queued in the act that causes them, sent by SMS, mail or webhook, with proof of delivery kept."""
