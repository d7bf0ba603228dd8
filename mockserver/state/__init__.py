"""What a workspace remembers: runs, stored responses, conversations, the journal."""
