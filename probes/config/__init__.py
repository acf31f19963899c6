"""`genping.yaml`: read, checked and turned into a Plan.

Text becomes nodes that know their lines (`parse`), references are replaced (`environment`), what is written
is checked (`schema`, `problems`), the plain form is made (`resolve`, `layers`, `completion`), and from it the
Plan (`build`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from probes.config.build import plan
from probes.config.durations import parse_duration
from probes.config.editor import json_schema
from probes.config.environment import Sources, completed
from probes.config.files import Files
from probes.config.include import files_of
from probes.config.node import Node, plain
from probes.config.parse import parse
from probes.config.problems import checked
from probes.config.render import rendered
from probes.config.resolve import resolved
from probes.config.schema import CHANNEL_LIST, CHANNELS, DOCUMENT, Document, FullDocument
from probes.model import Plan

__all__ = ["expanded", "json_schema", "load", "parse_duration"]


def load(path: Path, environ: Mapping[str, str]) -> Plan:
    """The plan that a file means. Raises ConfigError: file, line, key and what to write, in one line."""
    return _read(path, environ).plan


def expanded(path: Path, environ: Mapping[str, str]) -> str:
    """The plain form as YAML: no defaults, profiles, includes left. Secrets are references or masked."""
    return rendered(_read(path, environ).tree)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    tree: Node
    plan: Plan


def _read(path: Path, environ: Mapping[str, str]) -> _Reading:
    sources = Sources(environ=environ, files=Files())
    document = completed(parse(sources.files.text(path), path), sources, DOCUMENT)
    checked(document, Document.model_validate)
    found, notes = files_of(document)
    included = []
    for file, pattern in found.items():
        channels = completed(parse(sources.files.text(file, pattern.place), file), sources, CHANNELS)
        checked(channels, CHANNEL_LIST.validate_python)
        included.append(channels)
    tree = resolved(document, included)
    _check_certificates(tree, sources.files)
    full = checked(tree, FullDocument.model_validate)
    fingerprint = _fingerprint(tree, sources.files)
    return _Reading(tree=tree, plan=plan(path, full, tree, fingerprint=fingerprint, notes=tuple(notes)))


def _check_certificates(tree: Node, files: Files) -> None:
    for provider in tree.at("providers").table.values():
        named = provider.get("ca_file")
        if named is not None and named.value:
            files.certificates(Path(named.text), named.place)


def _fingerprint(tree: Node, files: Files) -> str:
    """Changes with what the files mean, not with their layout. Keys count, and cannot be read out of it."""
    meaning = orjson.dumps(plain(tree), option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.blake2b(meaning + files.digest, digest_size=8).hexdigest()
