"""Who may speak to the ops listener: bearer tokens where configured; never a page in a foreign browser."""

import hmac
import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from probes.model import Plan, Secret

_READING = ("GET", "HEAD")


class Guard:
    """ASGI middleware. `GET` takes either token, everything else the admin's; without tokens, all are let in.

    Listening without tokens is allowed on loopback only; there, what a browser sends on behalf of a foreign
    page is refused: by its Origin, and, against rebound DNS names, by a Host that is a name.
    """

    def __init__(self, app: ASGIApp, plan: Callable[[], Plan]) -> None:
        self._app, self._plan = app, plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        refusal = _from_browser(request) or self._token(request)
        if refusal is None and not self._tokens() and _host_is_name(request):
            refusal = refuse(403, "address this listener by IP address or localhost, or set ops.admin_token")
        await (self._app if refusal is None else refusal)(scope, receive, send)

    def _tokens(self) -> bool:
        plan = self._plan()
        return plan.read_token is not None or plan.admin_token is not None

    def _token(self, request: Request) -> JSONResponse | None:
        plan = self._plan()
        if not self._tokens():
            return None
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        given = given.strip() if scheme.lower() == "bearer" else ""
        if _matches(given, plan.admin_token):
            return None
        if not _matches(given, plan.read_token):
            return refuse(401, "a bearer token is needed", {"www-authenticate": "Bearer"})
        if request.method not in _READING:
            return refuse(403, "the read token does not allow this; use the admin token")
        return None


def refuse(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error as one line of JSON."""
    return JSONResponse({"error": message}, status, headers)


def role(plan: Plan) -> str:
    """Who acts, for the record: a POST that was let in came from the admin, or from this machine."""
    return "admin" if plan.admin_token is not None else "local"


def _matches(given: str, token: Secret | None) -> bool:
    """Compared in constant time; both sides are revealed to nothing but the comparison."""
    return token is not None and hmac.compare_digest(given.encode(), token.reveal().encode())


def _from_browser(request: Request) -> JSONResponse | None:
    origin = request.headers.get("origin")
    if request.method in _READING or origin is None:
        return None
    if _netloc(origin) == request.headers.get("host", "").lower() != "":
        return None
    return refuse(403, "requests from other origins are refused")


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # such as `http://[evil`
        return None


def _host_is_name(request: Request) -> bool:
    """Whether it is anything else than an IP address or localhost; what cannot be read is."""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if host == "localhost" or host.endswith(".localhost"):
            return False
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
