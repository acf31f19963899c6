"""Probes as they are written: every field may also stand in `defaults`, in a profile and on a channel."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from probes.config.schema import types as t
from probes.config.schema.base import EITHER, TABLE, WORD, Table, broken


class Objective(Table):
    """What the owner calls good."""

    uptime: t.Share | None = None
    ttft: t.Duration | None = None
    e2e: t.Duration | None = None


class ExpectText(Table):
    """What an answer must hold."""

    contains: t.LongText | None = None
    regex: t.Pattern | None = None

    @model_validator(mode="after")
    def _one(self) -> "ExpectText":
        if (self.contains is None) == (self.regex is None):
            raise broken("takes exactly one of contains and regex")
        if self.contains == "":
            raise broken("is empty and would match everything; write any instead", "contains")
        return self


ExpectWord = Annotated[Literal["challenge", "any"], t.literal("challenge", "any")]
Expectation = Annotated[Annotated[ExpectWord, WORD] | Annotated[ExpectText, TABLE], EITHER]


class Poll(Table):
    """How the state of an asynchronous task is asked for."""

    preset: t.Name | None = None
    submit_path: t.UrlPath | None = None
    url: t.Name | None = None
    id_path: t.Name | None = None
    status_path: t.Name | None = None
    running: list[t.Name] | None = None
    success: list[t.Name] | None = None
    failure: list[t.Name] | None = None
    result_path: t.Name | None = None
    interval: t.Duration | None = None


class ProbeFields(Table):
    """What `defaults`, profiles and channels may say about their probes."""

    kind: t.KindName | None = None
    via: t.ViaName | None = None
    every: t.Every = Field(default="5m", validate_default=True)
    jitter: t.JitterOf = Field(default="10%", validate_default=True)
    timeout: t.Limit | None = None
    connect_timeout: t.Limit = Field(default="10s", validate_default=True)
    first_token_timeout: t.Limit | None = None
    stall_timeout: t.Limit = Field(default="20s", validate_default=True)
    prompt: t.Prompt | None = None
    expect: Expectation | None = None
    max_tokens: Annotated[int, t.whole(1, 1_000_000)] | None = None
    stream: t.Switch | None = None
    size: t.Size | None = None
    aspect_ratio: t.Ratio | None = None
    quality: t.Name | None = None
    schema_: t.SchemaObject | None = Field(default=None, alias="schema")
    objective: Objective = Field(default={}, validate_default=True)
    reuse_connection: t.Switch = False
    extra_body: dict[str, Any] = Field(default={}, validate_default=True)
    extra_headers: dict[t.HeaderName, t.HeaderText] = Field(default={}, validate_default=True)
    poll: Poll | None = None


class ProbeEntry(ProbeFields):
    """One probe of a channel or of a profile."""

    name: t.Id | None = None
    main: t.Switch | None = None


class FullProbe(ProbeEntry):
    """A probe after defaults, profile and channel: nothing that a request depends on is open."""

    name: t.Id
    main: t.Switch
    kind: t.KindName
    via: t.ViaName
    timeout: t.Limit
    first_token_timeout: t.Limit
    expect: Expectation
    stream: t.Switch
