"""Short stories of a channel: `+` ok, `-` failed, `!` a failed confirmation, `#` a good one, `x` ours, …"""

from probes.clock import NS
from probes.state import ChannelState, Evidence, Held, Hold, Planned, Seen, fold

MINUTE = 60 * NS
BEGIN = 1_795_219_200 * NS
EMPTY = ChannelState()

LETTERS = {
    "+": (Evidence.OK, False),
    "#": (Evidence.OK, True),
    "-": (Evidence.FAILED, False),
    "!": (Evidence.FAILED, True),
    "x": (Evidence.OURS, False),
    "X": (Evidence.OURS, True),
    "~": (Evidence.PENDING, False),
}


def planned(at_ns=BEGIN, every_ns=None, main="main"):
    return Planned(at_ns=at_ns, main=main, every_ns=every_ns or {"main": MINUTE, "side": MINUTE})


def seen(letter, at_ns, probe="main", count=1):
    evidence, confirming = LETTERS[letter]
    return Seen(at_ns=at_ns, probe=probe, evidence=evidence, confirming=confirming, count=count)


def pause(at_ns, until_ns=None):
    return Held(at_ns=at_ns, maintenance=False, hold=Hold(until_ns=until_ns))


def resume(at_ns):
    return Held(at_ns=at_ns, maintenance=False, hold=None)


def maintain(at_ns, until_ns=None):
    return Held(at_ns=at_ns, maintenance=True, hold=Hold(until_ns=until_ns))


def maintained(at_ns):
    return Held(at_ns=at_ns, maintenance=True, hold=None)


def told(story):
    """The events of a story, a minute apart: of the main probe, after `/` of the side one; `.` none."""
    events, probe = [planned()], "main"
    at_ns = BEGIN
    for letter in story:
        if letter == "/":
            probe = "side"
            continue
        at_ns += MINUTE
        if letter != ".":
            events.append(seen(letter, at_ns, probe))
        probe = "main"
    return events


def folded(events, state=EMPTY):
    for event in events:
        state = fold(state, event)
    return state


def minute(n):
    return BEGIN + n * MINUTE
