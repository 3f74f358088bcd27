"""`python -m tests.fresh.proxy`: the nginx of docs/deploy in front of the application, on this machine alone.

Ends with 0 when the visitor's address, a static file, a tile of the log and the limit of uploads are what they
should be. It needs nginx; the suite does without.
"""

import datetime as dt
import gzip
import hashlib
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask, request

from core import seal
from core.database import alembic, db, transaction
from core.gate import public
from core.seal.tasks.sequencer import sequence
from core.settings import Settings
from tests.running import ROOT, free_port, listens, running, served, until
from wsgi import create_app

EXAMPLE = ROOT / "docs" / "deploy" / "nginx"
HOST = "guiyuan.example.org"
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/guiyuan.conf;
}}
"""


def echoing() -> Flask:
    """The application, with one page more that tells what it knows of the visitor."""
    app = create_app()

    @app.post("/echo")
    @app.get("/echo")
    @public
    def echo() -> dict[str, str]:
        return {
            "address": request.remote_addr or "",
            "scheme": request.scheme,
            "host": request.host,
            "body": str(len(request.get_data())),
        }

    app.extensions["csrf"].exempt(app.view_functions["echo"])
    return app


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    at = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def configure(folder: Path, *, app: str, port: int, plain: int, log: Path) -> Path:
    """The example as it stands, with the addresses and folders of this machine."""
    text = (EXAMPLE / "guiyuan.conf").read_text()
    for theirs, ours in (
        ("127.0.0.1:8000", app.removeprefix("http://")),
        ("listen 443 ssl http2", f"listen 127.0.0.1:{port} ssl http2"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 80 default_server", f"listen 127.0.0.1:{plain} default_server"),
        ("/etc/ssl/guiyuan", str(folder)),
        ("/opt/guiyuan", str(ROOT)),
        ("root /srv/guiyuan;", f"root {log.parent};"),
        ("/var/log/nginx", str(folder)),
        ("/etc/nginx/guiyuan-proxy.conf", str(EXAMPLE / "guiyuan-proxy.conf")),
    ):
        if theirs not in text:
            raise LookupError(f"the example no longer has {theirs!r}")
        text = text.replace(theirs, ours)
    (folder / "guiyuan.conf").write_text(text)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    return folder / "nginx.conf"


def fetch(
    base: str,
    path: str,
    data: bytes | None = None,
    *,
    visitor: str = "127.0.0.1",
    host: str = HOST,
    **headers: str,
) -> tuple[int, dict[str, str], bytes]:
    """One request from the address `visitor` of this machine: status, headers with small names, body; 0 without answer."""
    where = urlsplit(base)
    connection = http.client.HTTPConnection("127.0.0.1", where.port or 0, timeout=60)
    try:
        connection.sock = socket.create_connection(
            ("127.0.0.1", where.port or 0), timeout=60, source_address=(visitor, 0)
        )
        if where.scheme == "https":
            trusting = ssl.create_default_context()
            trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
            connection.sock = trusting.wrap_socket(connection.sock, server_hostname=host)
        connection.request("POST" if data else "GET", path, data, {"Host": host} | headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    except (ssl.SSLError, http.client.RemoteDisconnected):
        return 0, {}, b""
    finally:
        connection.close()


class Looked:
    """What was found beside what should be; told line by line."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def expect(self, what: str, found: object, wanted: object) -> None:
        sys.stdout.write(f"{'ok   ' if found == wanted else 'WRONG'} {what}: {found}\n")
        if found != wanted:
            self.wrong.append(f"{what}: {found!r} instead of {wanted!r}")


def short(body: bytes) -> str:
    return f"{len(body)} bytes {hashlib.sha256(body).hexdigest()[:16]}"


def differences(proxy: str, plain: str, app: str, log: Path) -> list[str]:
    """What is not as it should be."""
    looked = Looked()
    for name in ("evil.example", "127.0.0.1"):
        for base in (proxy, plain):
            looked.expect(f"{urlsplit(base).scheme} for {name}", fetch(base, "/", host=name)[0], 0)
    looked.expect("http for us", fetch(plain, "/x")[1].get("location"), f"https://{HOST}/x")
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
    }
    told = json.loads(fetch(proxy, "/echo", visitor="127.0.0.2", **forged)[2])
    looked.expect("address of the visitor, who forges one", told["address"], "127.0.0.2")
    looked.expect("what he asked for", f"{told['scheme']}://{told['host']}", f"https://{HOST}")
    for path in ("/static/css/base.css", "/log/tile/0/000", "/log/tile/entries/000", "/log/tile/0/001.p/44"):
        status, headers, body = fetch(proxy, path)
        there, theirs, same = fetch(app, path)
        looked.expect(f"{path} of both", (status, short(body)), (there, short(same)))
        for name in (
            "content-type",
            "cache-control",
            "access-control-allow-origin",
            "x-content-type-options",
        ):
            looked.expect(f"{path} {name}", headers.get(name), theirs.get(name))
        looked.expect(
            f"{path} comes from the disk", "etag" in headers and "x-frame-options" not in headers, True
        )
    (log / "tile/0/001.p/44").rename(log / "tile/0/001.p/45")
    status, headers, body = fetch(proxy, "/log/tile/0/001.p/7")
    looked.expect(
        "a partial tile that is no file is cut by the application", (status, len(body)), (200, 7 * 32)
    )
    (log / "tile/0/001.p/45").rename(log / "tile/0/001.p/44")
    packed = fetch(proxy, "/log/tile/entries/000", **{"Accept-Encoding": "gzip"})
    looked.expect("entries are packed", packed[1].get("content-encoding"), "gzip")
    plain = fetch(app, "/log/tile/entries/000")[2]
    looked.expect("and unpack to the same", short(gzip.decompress(packed[2])), short(plain))
    looked.expect("checkpoint", fetch(proxy, "/log/checkpoint")[2], fetch(app, "/log/checkpoint")[2])
    looked.expect("nothing beside the tiles", fetch(proxy, "/log/.lock")[0], 404)
    looked.expect("nor above them", fetch(proxy, "/static/../wsgi.py")[0] in {400, 404}, True)
    most = 48 * 1024 * 1024
    looked.expect("the largest upload", fetch(proxy, "/echo", b"x" * most)[0], 200)
    looked.expect("a larger one", fetch(proxy, "/echo", b"x" * (most + 1))[0], 413)
    looked.expect("figures, from this machine", fetch(proxy, "/metrics")[0], 200)
    looked.expect("figures, from another", fetch(proxy, "/metrics", visitor="127.0.0.2")[0], 403)
    return looked.wrong


def main() -> int:
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(nginx).exists():
        sys.exit("nginx is missing: install the distribution's package `nginx`.")
    folder = Path(tempfile.mkdtemp(prefix="guiyuan-proxy-"))
    folder.chmod(0o755)
    port, plain = free_port(), free_port()
    settings = Settings(
        _env_file=None,
        guiyuan_var=folder / "var",
        seal_dir=folder / "srv" / "log",
        public_url=f"https://{HOST}",
        trusted_proxies=1,
        secret_key="only-for-tests-" + "0123456789" * 3,
        ratelimit_enabled=False,
        log_level="ERROR",
    )
    fill(create_app(settings))
    try:
        with served(settings, factory="tests.fresh.proxy:echoing") as app:
            certificate(folder)
            conf = configure(folder, app=app, port=port, plain=plain, log=folder / "srv" / "log")
            subprocess.run([nginx, "-t", "-c", conf, "-e", folder / "error.log"], check=True)
            with running([nginx, "-c", str(conf), "-e", str(folder / "error.log")], {}):
                until(lambda: listens(port), "nginx listens")
                began = time.monotonic()
                wrong = differences(
                    f"https://127.0.0.1:{port}", f"http://127.0.0.1:{plain}", app, folder / "srv" / "log"
                )
                sys.stdout.write(f"{time.monotonic() - began:.1f} s\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write("\n".join(wrong or ["all as it should be"]) + "\n")
    return 1 if wrong else 0


def fill(app: Flask) -> None:
    """A log of 300 entries: one full tile and a partial one."""
    with app.app_context():
        alembic.upgrade()
        with transaction():
            seal.append_many("plot", [(f"plot/{n}", {"n": n}) for n in range(300)])
        sequence()
        db.session.close()
        db.engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
