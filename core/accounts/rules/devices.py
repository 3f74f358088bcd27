"""How long a sign-in lasts, how long a guesser waits, and what a browser calls itself (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# A browser that signed in before is known for so long: by its cookie, and by the newest of its rows.
BROWSER_KNOWN_FOR = timedelta(days=400)
# What ended is of use to its owner's questions for a while, and then only in what it tells of the browser.
ENDED_KEPT_FOR = timedelta(days=30)
FREE_GUESSES = 5
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)

# The first that is found in the header counts; browsers claim to be each other, the special one before the general.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class SessionLifetime:
    """A sign-in ends when it was not used for `idle`, and `whole` after it began."""

    idle: timedelta
    whole: timedelta

    def over(self, *, signed_in_at: datetime, last_seen_at: datetime, at: datetime) -> bool:
        """Whether a sign-in has ended `at` this moment."""
        return at - last_seen_at >= self.idle or at - signed_in_at >= self.whole


def pause_after(failures: int) -> timedelta:
    """None for the first few, then a minute, doubled with each further one, an hour at most; it always ends."""
    if failures < FREE_GUESSES:
        return timedelta(0)
    doubled: int = 1 << min(failures - FREE_GUESSES, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def worth_telling(failures: int) -> bool:
    """The owner hears of the fifth wrong one in a row, of the tenth, the twentieth, and so on."""
    times, rest = divmod(failures, FREE_GUESSES)
    return rest == 0 and times > 0 and times & (times - 1) == 0


def kind_of(user_agent: str) -> tuple[str, str]:
    """Browser and system in one word each; empty when it says nothing that is known."""
    browser = next((word for mark, word in BROWSERS if mark in user_agent), "")
    return browser, next((word for mark, word in SYSTEMS if mark in user_agent), "")
