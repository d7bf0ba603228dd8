"""Who answers: responders give a Plan or a Tape for a request, or pass."""
