"""`/__sim/…`: what the simulator tells about itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from probes.simulator.encoding import body_reply, whole
from probes.simulator.http11 import Call
from probes.simulator.log import CAPACITY
from probes.simulator.png import picture
from probes.simulator.scenarios import SCENARIOS
from probes.simulator.script import Reply
from probes.simulator.sizes import pixels

if TYPE_CHECKING:
    from probes.simulator.simulator import Simulator

_PREFIX = "/__sim/"


def is_about_us(path: str) -> bool:
    """Whether a path belongs to the simulator itself and to no gateway."""
    return path.startswith(_PREFIX)


def answer(call: Call, simulator: "Simulator") -> Reply:
    """One of the pages below; whoever follows an answer's redirect is told so."""
    name, _, rest = call.path.removeprefix(_PREFIX).partition("/")
    page = _PAGES.get(name)
    if page is None:
        return whole(404, {"error": "no such page", "pages": sorted(_PAGES)})
    return page(call, simulator, rest)


def _log(call: Call, simulator: "Simulator", _rest: str) -> Reply:
    """`log?after=<number>&limit=<count>`: what was received, the oldest first."""
    after, limit = _number(call, "after", 0), _number(call, "limit", CAPACITY)
    return whole(200, [entry.to_json() for entry in simulator.log.after(after, limit)])


def _stats(_call: Call, simulator: "Simulator", _rest: str) -> Reply:
    return whole(200, simulator.log.counts())


def _scenarios(_call: Call, _simulator: "Simulator", _rest: str) -> Reply:
    known = [
        {"key": f"sk-sim-{scenario.name}", "about": scenario.about, "source": scenario.source}
        for scenario in SCENARIOS.values()
    ]
    return whole(200, known)


def _reset(call: Call, simulator: "Simulator", _rest: str) -> Reply:
    """`POST reset`: the log is emptied, every pattern begins anew."""
    if call.method != "POST":
        return whole(405, {"error": "POST"}, (("Allow", "POST"),))
    simulator.reset()
    return whole(200, {"ok": True})


def _elsewhere(_call: Call, _simulator: "Simulator", _rest: str) -> Reply:
    return whole(200, {"you": "followed a redirect"})


def _image(_call: Call, _simulator: "Simulator", rest: str) -> Reply:
    """A picture that an answer gave as a link; no key is asked for, as with signed links."""
    size, _, name = rest.partition("/")
    width, height = pixels(size) or (64, 64)
    return body_reply(200, picture(width, height, name), "image/png")


_Page = Callable[[Call, "Simulator", str], Reply]
_PAGES: dict[str, _Page] = {
    "log": _log,
    "stats": _stats,
    "scenarios": _scenarios,
    "reset": _reset,
    "image": _image,
    "elsewhere": _elsewhere,
}


def _number(call: Call, name: str, default: int) -> int:
    value = call.query.get(name, "")
    return int(value) if value.isdigit() else default
