"""The catalogue as a page: what docs/simulator.md shows."""

from probes.simulator.scenarios import GROUPS


def as_markdown() -> str:
    """One table per group."""
    parts = []
    for title, scenarios in GROUPS.items():
        rows = [f"| `{scenario.name}` | {scenario.about} | {scenario.source} |" for scenario in scenarios]
        parts.append(
            "\n".join((f"### {title}", "", "| scenario | does | source |", "|---|---|---|", *rows, ""))
        )
    return "\n".join(parts)
