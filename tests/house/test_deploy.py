"""The examples of docs/deploy agree with the code and with each other; `python -m tests.fresh.proxy` tries them out."""

import configparser
import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

from core.settings import Settings
from core.supervisor import commands
from core.web.views.bounds import most_bytes_of
from tests.fresh.blocks import blocks

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NGINX = (DEPLOY / "nginx" / "guiyuan.conf").read_text()
CODE = "/opt/guiyuan"


def environment_file():
    lines = (DEPLOY / "guiyuan.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def unit(path):
    """Its sections; a name that is given twice counts once."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(path)
    return parser


def test_there_is_a_unit_for_every_part_and_the_target_wants_it():
    started = {
        name.replace("@", "-")
        for name in re.findall(
            r"guiyuan-([a-z@]+)\.service", unit(DEPLOY / "systemd" / "guiyuan.target")["Unit"]["Wants"]
        )
    }
    assert started == set(commands(Settings(_env_file=None)))
    assert {path.name for path in UNITS} == {
        "guiyuan-web.service", "guiyuan-worker@.service", "guiyuan-scheduler.service",
    }  # fmt: skip


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_what_a_unit_starts_exists(app, path):
    program, *rest = shlex.split(unit(path)["Service"]["ExecStart"].replace("%i", "fast"))
    assert program.startswith(f"{CODE}/.venv/bin/")
    name = program.rsplit("/", 1)[1]
    assert {one.name for one in entry_points(group="console_scripts")} & {name}
    if name == "flask":
        group = app.cli
        while rest and isinstance(group, click.Group):
            group = group.get_command(click.Context(group), rest.pop(0))
        group.make_context("flask", rest)  # fails at an option or a value that it does not know
    else:
        given = commands(Settings(_env_file=None))["web"][3:]
        assert {one for one in given if one.startswith("--")} <= set(rest)
        assert rest[rest.index("--factory") + 1] == "wsgi:create_app"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_again_and_may_write_where_the_settings_say(path):
    service = unit(path)["Service"]
    given = environment_file()
    assert service["Restart"] == "always"
    assert unit(path)["Unit"]["StartLimitIntervalSec"] == "0"
    assert service["ReadWritePaths"].split() == [
        given[name] for name in ("GUIYUAN_VAR", "SEAL_DIR", "BACKUP_DIR")
    ]
    assert (service["WorkingDirectory"], service["EnvironmentFile"]) == (CODE, "/etc/guiyuan/env")
    made = (DEPLOY / "tmpfiles" / "guiyuan.conf").read_text()
    for folder in (*service["ReadWritePaths"].split(), "/etc/guiyuan"):
        assert re.search(rf"^d {folder} ", made, re.MULTILINE), folder


def test_what_the_example_sets_are_settings_that_fit_together():
    given = environment_file()
    assert set(given) <= {name.upper() for name in Settings.model_fields}
    settings = Settings(_env_file=None, **{name.lower(): value for name, value in given.items()})
    assert (settings.trusted_proxies, settings.is_secure) == (1, True)
    assert len(settings.secret) >= 32


def test_nginx_takes_what_we_take_and_serves_what_lies_there(app):
    given = environment_file()
    limit = re.search(r"client_max_body_size (\d+)m;", NGINX)
    assert int(limit[1]) * 1024 * 1024 == max(map(most_bytes_of, app.view_functions.values()))
    assert f"max_size {limit[1]}MiB" in (DEPLOY / "caddy" / "Caddyfile").read_text()
    # `root` with the address after it is where the tiles lie.
    assert re.search(r"location /log/tile/ \{\s+root (\S+);", NGINX)[1] + "/log" == given["SEAL_DIR"]
    served = re.search(r"location (\S+) \{\s+alias (\S+);", NGINX)
    assert (served[1], served[2]) == (f"{app.static_url_path}/", f"{CODE}/static/")
    assert Path(app.static_folder) == ROOT / "static"
    port = re.search(r"--port (\d+)", (DEPLOY / "systemd" / "guiyuan-web.service").read_text())[1]
    assert f"server 127.0.0.1:{port};" in NGINX
    assert f"reverse_proxy 127.0.0.1:{port}" in (DEPLOY / "caddy" / "Caddyfile").read_text()
    hosts = {given["PUBLIC_URL"].removeprefix("https://")}
    assert set(re.findall(r"server_name (\S+);", NGINX)) == hosts


def test_nginx_answers_to_our_name_only():
    servers = [one.partition("\n}")[0] for one in NGINX.split("\nserver {")[1:]]
    nameless, *named = servers
    for port in re.findall(r"listen (\d+)", " ".join(named)):
        assert re.search(rf"listen {port}\b[^;]* default_server;", nameless)
    assert "ssl_reject_handshake on;" in nameless
    assert "return 444;" in nameless
    assert not any("default_server" in one or "server_name" not in one for one in named)


def test_nginx_tells_of_the_visitor_what_we_believe_of_one_proxy():
    told = (DEPLOY / "nginx" / "guiyuan-proxy.conf").read_text()
    for header in ("X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme", "X-Forwarded-Host $host"):
        assert f"proxy_set_header {header};" in told
    assert NGINX.count("proxy_pass ") == NGINX.count("include /etc/nginx/guiyuan-proxy.conf;")


def test_the_guide_copies_files_that_are_there():
    typed = " ".join(line for block in blocks(ROOT / "docs" / "operations.md") for line in block.lines)
    named = re.findall(rf"{CODE}/(docs/deploy/[^\s*]+)(\*\S*)?", typed)
    assert len(named) >= 6
    assert [path for path, pattern in named if not list(ROOT.glob(path + pattern))] == []
    linked = re.findall(r"\]\((deploy[^)]*)\)", (ROOT / "docs" / "operations.md").read_text())
    assert [path for path in linked if not (ROOT / "docs" / path).exists()] == []
