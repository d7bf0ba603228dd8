"""The agent app is another project, whose tests run in an environment of their own."""

collect_ignore = ["agent_app"]
