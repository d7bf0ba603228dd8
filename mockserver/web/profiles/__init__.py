"""Providers that speak the Responses API with an accent: their differences as data, and what translates them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.web.profiles.profile import Profile


class Profiles:
    """The profiles that one server speaks: each is read once, when it is first asked for."""

    def __init__(self) -> None:
        self._by_name: dict[str, Profile] = {}

    def named(self, name: str) -> "Profile":
        """A built-in profile by its name, or one in a file by its path.

        Raises: SettingsError for a name that is neither, and for a file that says something impossible.
        """
        profile = self._by_name.get(name)
        if profile is None:
            from mockserver.web.profiles.loader import load_profile  # noqa: PLC0415 - OpenAI's own needs none

            profile = self._by_name[name] = load_profile(name)
        return profile
