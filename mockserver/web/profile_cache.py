"""The profiles of one server, kept as they were read."""

from mockserver.web import profiles


class Profiles:
    """The profiles that one server speaks: each is read once, when it is first asked for."""

    def __init__(self) -> None:
        self._by_name: dict[str, profiles.Profile] = {}

    def named(self, name: str) -> "profiles.Profile":
        """A built-in profile by its name, or one in a file by its path.

        Raises: SettingsError for a name that is neither, and for a file that says something impossible.
        """
        profile = self._by_name.get(name)
        if profile is None:
            profile = self._by_name[name] = profiles.load_profile(name)
        return profile
