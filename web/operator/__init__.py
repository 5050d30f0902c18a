"""平台运营: review, organisations, accounts, introductions, the log and the state of the machinery."""
