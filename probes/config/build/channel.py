"""Channels and probes: from what is written to what is measured."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from probes.config.build.price import Rates, caps, check_covered, price
from probes.config.node import Node
from probes.config.schema import ExpectText, FullChannel, FullProbe, PublicTable
from probes.model import Channel, Expect, Objective, Probe, PublicView


def channel(entry: FullChannel, rates: Rates, where: Node) -> Channel:
    """One channel."""
    cost = price(entry.price, rates, where.at("price"))
    for probe in entry.probes:
        check_covered(cost, probe, where)
    return Channel(
        id=entry.id,
        title=entry.title,
        provider=entry.provider,
        key=entry.key,
        model=entry.model,
        family=entry.family,
        group=entry.group,
        region=entry.region,
        probes=tuple(_probe(probe) for probe in entry.probes),
        price=cost,
        caps=caps(entry.budget, rates, where.at("budget")),
        public=_public(entry.public),
        labels=entry.labels,
        paused=entry.paused,
    )


def _probe(entry: FullProbe) -> Probe:
    return Probe(
        name=entry.name,
        kind=entry.kind,
        wire=entry.via,
        main=entry.main,
        every_s=entry.every,
        jitter_s=entry.jitter.of(entry.every),
        timeout_s=entry.timeout,
        connect_timeout_s=entry.connect_timeout,
        first_token_timeout_s=entry.first_token_timeout,
        stall_timeout_s=entry.stall_timeout,
        stream=entry.stream,
        expect=_expect(entry.expect),
        max_tokens=entry.max_tokens,
        prompt=entry.prompt,
        size=entry.size,
        aspect_ratio=entry.aspect_ratio,
        quality=entry.quality,
        schema=json_value(entry.schema_),
        objective=Objective(
            uptime=entry.objective.uptime, ttft_s=entry.objective.ttft, e2e_s=entry.objective.e2e
        ),
        reuse_connection=entry.reuse_connection,
        extra_body=json_value(entry.extra_body),
        extra_headers=entry.extra_headers,
        poll={} if entry.poll is None else entry.poll.model_dump(exclude_none=True),
    )


def _expect(written: ExpectText | str) -> Expect:
    if isinstance(written, ExpectText):
        return Expect(contains=written.contains, regex=written.regex)
    return Expect(challenge=True) if written == "challenge" else Expect(any=True)


def _public(written: PublicTable | bool) -> PublicView | None:  # noqa: FBT001 - `public: true` is a whole value
    if not isinstance(written, PublicTable):
        return PublicView() if written else None
    hide = {*written.hide, *(("served_model",) if "model" in written.hide else ())}
    return PublicView(title=written.as_, hide=frozenset(hide))


def json_value(value: Any) -> Any:
    """A value that is sent as JSON: exact decimals become floats at last."""
    if isinstance(value, Mapping):
        return {key: json_value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [json_value(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value
