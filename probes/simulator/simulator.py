"""From a request to a scripted reply: no socket, no clock of its own, the same for both players."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from probes.simulator import control
from probes.simulator.answer import Ask, compose
from probes.simulator.encoding import whole
from probes.simulator.faults import refusal
from probes.simulator.gateways.house import Endpoint, House, NotUnderstoodError, scenario_in
from probes.simulator.gateways.registry import find
from probes.simulator.http11 import Call
from probes.simulator.log import Entry, RequestLog
from probes.simulator.question import nonce_in
from probes.simulator.scenario import Quirk, Scenario
from probes.simulator.scenarios import SCENARIOS
from probes.simulator.script import Reply
from probes.simulator.ticket import Ticket
from probes.simulator.wordings import FAULTS

ELSEWHERE = "/__sim/elsewhere"  # where redirects lead; logged, because nobody should come here


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request on its way through: what came, whose it is, what it wants."""

    call: Call
    house: House
    endpoint: Endpoint | None
    ask: Ask | None  # None: not understood, for the reason `fault`
    fault: str
    ticket: Ticket


class Simulator:
    """All gateways. The key selects the scenario; patterns are counted per key, endpoint and output."""

    def __init__(
        self,
        *,
        now_ns: Callable[[], int] = time.monotonic_ns,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._now_ns, self._wall_ns = now_ns, wall_ns
        self._turns: Counter[tuple[str, str, str, str]] = Counter()
        self._number = 0
        self.log = RequestLog()

    def answer(self, call: Call, connection: int = 0, at_ns: int | None = None) -> tuple[Reply, Entry]:
        """The reply to one request, and its entry; requests about the simulator itself are not in the log.

        `at_ns`: when the request was complete, where that was earlier than now.
        """
        self._number += 1
        wall_ns = self._wall_ns()
        found = find(call.path)
        entry = Entry(
            number=self._number,
            at_monotonic_ns=self._now_ns() if at_ns is None else at_ns,
            at_wall_ns=wall_ns,
            connection=connection,
            method=call.method,
            path=call.path,
            gateway=found[0].name if found else "none",
            scenario=None,
            nonce=None,
            bytes=len(call.body),
        )
        if found is None:
            if not control.is_about_us(call.path) or call.path.startswith((ELSEWHERE, "/__sim/image/")):
                self.log.add(entry)
            return self._without_gateway(call), entry
        visit = self._visit(call, *found, wall_ns)
        entry.scenario = scenario_in(visit.ticket.key)
        entry.nonce = nonce_in(visit.ask.prompt) if visit.ask else None
        self.log.add(entry)
        return self._reply(visit, entry.scenario), entry

    def reset(self) -> None:
        """Begin anew: an empty log, every pattern at its first request."""
        self.log.clear()
        self._turns.clear()

    def _without_gateway(self, call: Call) -> Reply:
        if control.is_about_us(call.path):
            return control.answer(call, self)
        return whole(404, {"error": "no gateway has this path", "see": "/__sim/scenarios"})

    def _visit(
        self, call: Call, house: House, endpoints: tuple[Endpoint, ...], path: str, wall_ns: int
    ) -> Visit:
        ticket = Ticket(
            number=self._number,
            wall_ns=wall_ns,
            base_url=call.base_url,
            key=house.key_of(call) or "",
        )
        known: dict[str, Any] = {"call": call, "house": house, "ticket": ticket}
        for endpoint in endpoints:
            match = endpoint.path.fullmatch(path)
            if match is None or call.method not in (endpoint.method, "HEAD"):
                continue
            try:
                return Visit(**known, endpoint=endpoint, ask=endpoint.read(call, match), fault="")
            except NotUnderstoodError as error:
                return Visit(**known, endpoint=endpoint, ask=None, fault=str(error))
        return Visit(**known, endpoint=None, ask=None, fault="not-found")

    def _reply(self, visit: Visit, name: str | None) -> Reply:
        scenario = SCENARIOS.get(name or "")
        if scenario is None:
            return _refused(visit, "unauthorized")
        if visit.endpoint is None or visit.ask is None:
            return _refused(visit, visit.fault)
        if visit.endpoint.kind == "models":
            return _played(visit, visit.ask, scenario, struck=scenario.strikes_list)
        output = "text" if visit.ask.canvas is None else "image"
        turn = (visit.ticket.key, visit.house.name, visit.endpoint.kind, output)
        struck = scenario.strikes(self._turns[turn])
        self._turns[turn] += 1
        return _played(visit, visit.ask, scenario, struck=struck)


def _played(visit: Visit, ask: Ask, scenario: Scenario, *, struck: bool) -> Reply:
    """What the scenario makes of an understood request."""
    assert visit.endpoint is not None  # noqa: S101 - for the type checker; the caller looked
    if struck and scenario.fault is not None:
        reply = _refused(visit, scenario.fault, after_s=scenario.fault_after_s)
    else:
        quirks = scenario.quirks if struck else frozenset[Quirk]()
        asked = replace(ask, stream=False) if Quirk.STREAM_IGNORED in quirks else ask
        answer = compose(asked, scenario.pace, quirks, visit.ticket.text(32))
        reply = visit.endpoint.write(asked, answer, visit.ticket, visit.house)
    if struck:
        for bend in scenario.bends:
            reply = bend(reply)
    return reply


def _refused(visit: Visit, fault: str, *, after_s: float = 0.0) -> Reply:
    model = visit.ask.model if visit.ask else ""
    reply = refusal(FAULTS[fault], visit.house.dialect, visit.ticket, model, after_s=after_s)
    said = {name.lower() for name, _ in reply.headers}
    ids = tuple(header for header in visit.house.headers(visit.ticket) if header[0].lower() not in said)
    return replace(reply, headers=reply.headers + ids)
