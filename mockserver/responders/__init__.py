"""Who answers where no script does: recordings, and the default answer."""
