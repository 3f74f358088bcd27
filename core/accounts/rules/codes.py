"""How often a message may go to one contact because somebody asked for it, and how long what was sent is good (pure).

Strangers can ask for recovery of anybody's contact. So what is sent is spaced, never locked, and a code stays good at
least until the next one could be sent: whoever reads the messages always has one that opens his page.
"""

from datetime import timedelta

CODE_FOR = timedelta(minutes=10)
LONGEST = timedelta(hours=1)
#: What was sent longer ago counts no more; neither does what was sent before a code was used.
COUNTED_FOR = timedelta(days=1)
#: Waits after the first, second... message of a day; after each further one it is `LONGEST`.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20))

DIGITS = 8
#: Wrong entries on one page.
MOST_ATTEMPTS = 5
#: Entries of everybody together until a code is good no more: 1 in 50,000 is guessed by then.
MOST_TRIES = 2000


def wait_after(sent: int) -> timedelta:
    """How long to wait for the next message after `sent` of them, at least one."""
    return WAITS[sent - 1] if sent <= len(WAITS) else LONGEST


def good_for(sent: int) -> timedelta:
    """How long the code in the message number `sent` is good."""
    return max(CODE_FOR, wait_after(sent))
