"""What the command line asks of the running service, or does itself where none runs."""

import asyncio
import getpass
from typing import Any

import orjson

from exporter.control import NoProber, ask
from probes.clock import SystemClock
from probes.config import parse_duration
from probes.errors import GenpingError, UsageError
from probes.manual import manual_slot, reach_slot, run_alone
from probes.model import Auth, Plan, Result, Secret, Slot
from probes.runner import prepare

_CLOCK = SystemClock()
_MARGIN_S = 10.0  # for the prober to answer after a probe's own deadline


def probe(plan: Plan, channel: str, name: str | None) -> dict[str, Any]:
    """The result of one probe now, as JSON. Through the service where it runs: journalled, budgeted."""
    slot = manual_slot(plan, channel, name, _CLOCK.wall_ns())
    return _ask(plan, slot, channel=channel, probe=name, floor_s=0)


def reach(plan: Plan, provider: str, key: str | None) -> dict[str, Any]:
    """The result of the free question now, as JSON."""
    slot = reach_slot(plan, provider, key, _CLOCK.wall_ns())
    return _ask(plan, slot, provider=provider, key=slot.key)


def _ask(plan: Plan, slot: Slot, **fields: Any) -> dict[str, Any]:
    shard = plan.shard_of(slot.provider)
    patience_s = prepare(plan, slot).timeout_s + _MARGIN_S
    try:
        answer = asyncio.run(ask(plan.data_dir, shard, "probe", timeout_s=patience_s, **fields))
    except NoProber:
        _refuse_beside_a_service(plan)
        outcome = asyncio.run(run_alone(plan, slot, _CLOCK))
    else:
        return dict(answer["result"])
    if isinstance(outcome, Result):
        return outcome.to_json()
    raise GenpingError(f"not sent, over budget: {outcome}")


def _refuse_beside_a_service(plan: Plan) -> None:
    """A prober of this data directory may live under another plan: a second ledger would overspend."""
    for path in plan.data_dir.glob("control*.sock"):
        shard = int(path.stem.removeprefix("control").removeprefix("-") or 0)
        try:
            asyncio.run(ask(plan.data_dir, shard, "status"))
        except NoProber:
            continue  # a socket left behind
        raise GenpingError("the service runs with other `probers` than the file says: restart it first")


def act(plan: Plan, channel: str, action: str, length: str | None) -> None:
    """Pause or resume a channel through the running service."""
    manual_slot(plan, channel, None, 0)  # says so if there is no such channel
    for_s = None if length is None else _duration(length)
    shard, author = plan.shard_of(plan.channels[channel].provider), getpass.getuser()
    try:
        asyncio.run(
            ask(plan.data_dir, shard, "act", action=action, channel=channel, for_s=for_s, author=author)
        )
    except NoProber:
        raise GenpingError("no service runs on this data_dir; start it with: genping run") from None


def _duration(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--for: {error}") from None


_KEY_HEADER = {
    Auth.BEARER: {"authorization": f"Bearer {Secret.MASK}"},
    Auth.X_API_KEY: {"x-api-key": Secret.MASK},
    Auth.X_GOOG_API_KEY: {"x-goog-api-key": Secret.MASK},
    Auth.NONE: {},
}


def _readable(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")


def dry_run(plan: Plan, channel: str, name: str | None) -> dict[str, Any]:
    """The request that a probe would send, its key masked, and what it costs at worst."""
    prepared = prepare(plan, manual_slot(plan, channel, name, _CLOCK.wall_ns()))
    request = prepared.first
    provider = prepared.ask.provider
    headers = {**provider.headers, **request.headers, **_KEY_HEADER[provider.auth]}
    return {
        "method": request.method,
        "url": request.url,
        "headers": {name: str(value) for name, value in headers.items()},
        "body": _readable(request.body),
        "worst_usd": float(prepared.worst_usd),
    }
