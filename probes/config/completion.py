"""A probe made whole: what its kind, its wire and its other fields imply, and what they forbid."""

from probes.config import defaults
from probes.config.durations import jitter_of, seconds_of
from probes.config.layers import Draft
from probes.config.node import Node, fail, implied
from probes.config.scalars import switch
from probes.config.schema import FullProbe, filled
from probes.config.shown import listed
from probes.model import TEXT_KINDS, Api, WireName


def complete(draft: Draft, api: Api, *, main: bool) -> Node:
    """Every field of one probe, spelled out."""
    place = draft.entry.place
    via = _wire(draft, api)
    heading = {"name": draft.name, "kind": draft.kind.value, "main": main, "via": via.value}
    fields = {**draft.fields, **{key: implied(value, place) for key, value in heading.items()}}
    if (
        via is not WireName.OPENAI_IMAGES_ASYNC
        and fields.pop("poll", None) is not None
        and "poll" in draft.own
    ):
        fail(draft.own["poll"], f"{via} answers at once; poll belongs to {WireName.OPENAI_IMAGES_ASYNC}")
    fields["stream"] = implied(_stream(draft, via), place)
    fields["expect"] = _expect(draft)
    fields |= _limits(draft) | _jitter(draft)
    tokens = defaults.default_max_tokens(draft.kind)
    if tokens is not None:
        fields.setdefault("max_tokens", implied(tokens, place))
    full = filled(fields, FullProbe, place)
    return Node(value={**{key: full[key] for key in heading}, **full}, place=place)


def _wire(draft: Draft, api: Api) -> WireName:
    kind, said = draft.kind, draft.fields.get("via")
    if kind not in defaults.SUPPORTED_KINDS:
        where = draft.fields.get("kind") or draft.entry
        kinds = listed(sorted(defaults.SUPPORTED_KINDS))
        fail(where, f"{kind} is not measured by this version yet; available: {kinds}")
    wires = sorted(wire for wire in defaults.SUPPORTED_WIRES if kind in defaults.kinds_of(wire))
    if said is None:
        wire = defaults.default_wire(api, kind)
        if wire is None:
            fail(
                draft.entry,
                f"api {api} has no wire of its own for {kind}; choose one with via: {listed(wires)}",
            )
        if wire not in wires:
            hint = f"which this version does not yet; choose another with via: {listed(wires)}"
            fail(draft.entry, f"api {api} speaks {wire} for {kind}, {hint}")
        return wire
    wire = WireName(said.text)
    if kind not in defaults.kinds_of(wire):
        fail(said, f"{wire} cannot ask for {kind}; {listed(wires)} can")
    if wire not in wires:
        fail(said, f"{wire} is not spoken by this version yet; available: {listed(wires)}")
    return wire


def _stream(draft: Draft, via: WireName) -> bool:
    said = draft.fields.get("stream")
    return defaults.streams_unasked(via, draft.kind) if said is None else switch(said.value)


def _expect(draft: Draft) -> Node:
    place, said = draft.entry.place, draft.fields.get("expect")
    built_in = draft.kind in TEXT_KINDS and "prompt" not in draft.fields
    if said is None:
        return implied("challenge" if built_in else "any", place)
    if draft.kind not in TEXT_KINDS and said.value != "any":
        if "expect" in draft.own:
            fail(said, f"an answer of kind {draft.kind} is judged by what it is; leave expect out")
        return implied("any", place)
    if said.value == "challenge" and not built_in:
        if "expect" in draft.own:
            fail(said, 'a prompt of your own asks no challenge; write any, {contains: text} or {regex: "…"}')
        return implied("any", place)
    return said


def _limits(draft: Draft) -> dict[str, Node]:
    """The deadline and the limits inside it. A longer one could never fire: inherited ones are cut to it."""
    fields, place = draft.fields, draft.entry.place
    deadline = fields.get("timeout") or implied(defaults.default_timeout(draft.kind), place)
    found = {"timeout": deadline}
    for name in ("connect_timeout", "first_token_timeout", "stall_timeout"):
        built_in = FullProbe.model_fields[name].default
        limit = fields.get(name) or (implied(built_in, place) if isinstance(built_in, str) else deadline)
        found[name] = limit
        if seconds_of(limit.value) > seconds_of(deadline.value):
            if name in draft.own:
                fail(
                    limit,
                    f"{limit.shown} is longer than timeout ({deadline.value}); shorten it",
                )
            found[name] = deadline
    return found


def _jitter(draft: Draft) -> dict[str, Node]:
    """No later than the next slot: an inherited jitter that is longer is cut to the whole interval."""
    said, every = draft.fields.get("jitter"), draft.fields.get("every")
    if said is None:
        return {}
    interval = FullProbe.model_fields["every"].default if every is None else every.value
    every_s = seconds_of(interval)
    if jitter_of(said.value).of(every_s) <= every_s:
        return {}
    if "jitter" in draft.own:
        fail(said, f"{said.shown} is longer than every ({interval}); shorten it")
    return {"jitter": implied("100%", draft.entry.place)}


def main_of(drafts: list[Draft]) -> Draft:
    """The probe that speaks for its channel: the one marked so, else the first."""
    marked = [draft for draft in drafts if (said := draft.own.get("main")) and switch(said.value)]
    if len(marked) > 1:
        first, second = marked[0], marked[1].own["main"]
        fail(second, f"{first.name} is already the main probe; write main: true for one of them")
    return marked[0] if marked else drafts[0]
