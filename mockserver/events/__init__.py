"""Stream events: the table of steps, finished response -> events, events -> response."""
