"""The command line: parse, call, print. What a command does lives elsewhere.

Each command imports what it needs when it is called: half of a start would go into modules of the others.
"""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from probes.errors import GenpingError, UsageError
from probes.model import Plan

app = typer.Typer(
    name="genping",
    help="ping, but for generative APIs: real requests to every channel, inside a hard money budget.",
    epilog="Start without any key: genping demo",
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)

ConfigFile = Annotated[
    Path,
    typer.Option("-c", "--config", envvar="GENPING_CONFIG", metavar="FILE", help="The configuration."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a picture.")]
_DEFAULT = Path("genping.yaml")


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"genping {version('genping')}")
        raise typer.Exit


@app.callback()
def root(
    *,
    _debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command; `_run` looks for --debug itself, because it outlives the parser."""


def _plan(config: Path) -> Plan:
    from probes.config import load

    return load(config, os.environ)


@app.command()
def run(config: ConfigFile = _DEFAULT) -> None:
    """Measure and publish until stopped. TERM ends it within 10 s, HUP reads the configuration again."""
    from exporter import running

    raise typer.Exit(running.run(_plan(config)))


@app.command("demo")
def demo_command(
    data_dir: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("demo-data"),
    speed: Annotated[float, typer.Option(min=1, max=1000, help="How much faster than life.")] = 20.0,
    *,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="The page.")] = "127.0.0.1:8811",
    ops: Annotated[str, typer.Option(metavar="HOST:PORT", help="Metrics and operation.")] = "127.0.0.1:9811",
) -> None:
    """Try it all on simulated gateways: no key, no cost."""
    from exporter import demo

    raise typer.Exit(demo.run(data_dir, speed, listen=listen, ops=ops))


@app.command()
def check(
    config: ConfigFile = _DEFAULT,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="A warning is a failure.")] = False,
    expand: Annotated[
        bool, typer.Option("--expanded", help="Print it without profiles, includes, defaults.")
    ] = False,
) -> None:
    """Validate the configuration and print what it will ask and cost."""
    from rich.console import Console

    from exporter import checkup
    from probes.config import expanded

    if expand:
        typer.echo(expanded(config, os.environ), nl=False)
        return
    plan = _plan(config)
    warnings = checkup.show(plan, Console(highlight=False))
    raise typer.Exit(1 if strict and warnings else 0)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the configuration, for editors."""
    from probes.config import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
def probe(
    channel: Annotated[str, typer.Argument(help="The id of a channel.")],
    config: ConfigFile = _DEFAULT,
    *,
    name: Annotated[
        str | None, typer.Option("--probe", help="Which of its probes (default: the main one).")
    ] = None,
    as_json: AsJson = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the request and its worst price; send nothing.")
    ] = False,
) -> None:
    """Send one probe now and show where the time went. Exit code 1: the outcome is not ok."""
    from exporter import asking

    plan = _plan(config)
    if dry_run:
        _print_json(asking.dry_run(plan, channel, name))
        return
    _report(asking.probe(plan, channel, name), as_json=as_json)


@app.command()
def reach(
    provider: Annotated[str, typer.Argument(help="The name of a provider.")],
    config: ConfigFile = _DEFAULT,
    *,
    key: Annotated[str | None, typer.Option(help="Which key, where there are several.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a provider the free question: its models list."""
    from exporter import asking

    _report(asking.reach(_plan(config), provider, key), as_json=as_json)


@app.command()
def pause(
    channel: Annotated[str, typer.Argument(help="The id of a channel.")],
    config: ConfigFile = _DEFAULT,
    *,
    length: Annotated[str | None, typer.Option("--for", help="How long, e.g. 2h; until resumed.")] = None,
) -> None:
    """Stop probing a channel, through the service."""
    from exporter import asking

    asking.act(_plan(config), channel, "pause", length)
    typer.echo(f"{channel} is paused{f' for {length}' if length else ''}")


@app.command()
def resume(
    channel: Annotated[str, typer.Argument(help="The id of a channel.")], config: ConfigFile = _DEFAULT
) -> None:
    """Probe a paused channel again."""
    from exporter import asking

    asking.act(_plan(config), channel, "resume", None)
    typer.echo(f"{channel} is probed again")


@app.command()
def simulate(
    listen: Annotated[str, typer.Option(help="HOST:PORT; port 0 picks one.")] = "127.0.0.1:8899",
    speed: Annotated[float, typer.Option(min=1, max=1000, help="How much faster than life.")] = 1.0,
) -> None:
    """Serve the simulated gateways alone."""
    from exporter import demo

    demo.simulate(listen, speed)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _report(result: dict[str, Any], *, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
    else:
        from rich.console import Console

        from exporter.waterfall import show

        show(result, Console(highlight=False))
    raise typer.Exit(0 if result["outcome"] == "ok" else 1)


def main() -> None:
    """Run, and turn every error into one line and an exit code."""
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    debug = "--debug" in arguments
    arguments = arguments or ["--help"]
    try:
        return int(app(arguments, standalone_mode=False) or 0)
    except typer.TyperException as error:
        said = error.format_message() if hasattr(error, "format_message") else str(error)
        return _complain(f"{said} (see genping --help)", UsageError.exit_code)
    except GenpingError as error:
        if debug:
            raise
        return _complain(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:  # our reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        return _complain(f"internal error: {type(error).__name__}: {error} (run again with --debug)", 3)


def _complain(line: str, code: int) -> int:
    print(f"genping: {' '.join(line.split())}", file=sys.stderr)  # noqa: T201 - the command line speaks
    return code
