"""A little internet on loopback for tests: DNS, web and mail servers, all under the test's control."""

from __future__ import annotations

import contextlib
import http.server
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import certificates
import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

from macros.doctor.network import Network


@dataclass
class Mail:
    """How one mail server behaves."""

    kind: str
    host: str
    tls: bool = True
    starttls: bool = False
    logins: str = "PLAIN LOGIN"
    early_logins: str = ""
    greeting: str | None = None


@dataclass
class World:
    """Names, pages, certificates and mail servers; change them before :func:`running`."""

    folder: Path
    root: certificates.Pair
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    pages: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    certificates: dict[str, certificates.Pair] = field(default_factory=dict)
    mail: dict[int, Mail] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)

    def certificate(self, host: str) -> ssl.SSLContext:
        pair = self.certificates.get(host)
        if pair is None:
            pair = self.certificates[host] = certificates.make([host], self.root)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair.write(self.folder, f"cert-{host}"))
        return context

    def context(self) -> ssl.SSLContext:
        """A server context that takes the certificate of the name that is asked for."""
        context = self.certificate("default.invalid")

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            connection.context = self.certificate(name or "default.invalid")

        context.sni_callback = choose
        return context


def _dns(world: World) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            query = dns.message.from_wire(data)
            question = query.question[0]
            name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
            world.asked.append(f"{name} {kind}")
            response = dns.message.make_response(query)
            response.flags |= dns.flags.RA
            found = world.records.get((name, kind), [])
            if found:
                response.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, found))
            elif not any(known == name for known, _ in world.records):
                response.set_rcode(dns.rcode.NXDOMAIN)
            sock.sendto(response.to_wire(), self.client_address)

    return Handler


def _web(world: World, scheme: str) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            host, path = self.headers.get("Host", "").partition(":")[0], self.path.partition("?")[0]
            length = int(self.headers.get("Content-Length") or 0)
            world.asked.append(f"{self.command} {scheme}://{host}{self.path} {self.rfile.read(length).decode()}")
            keys = (f"{self.command} {scheme}://{host}{path}", f"{scheme}://{host}{path}")
            status, kind, body = next((world.pages[k] for k in keys if k in world.pages), (404, "text/html", b"none"))
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", body.decode())
            if kind:
                self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _mail(world: World, mail: Mail) -> type[socketserver.BaseRequestHandler]:
    greetings = {"imap": "* OK ready", "pop3": "+OK ready", "smtp": "220 ready"}

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.talk()

        def talk(self) -> None:
            sock, secure = self.request, mail.tls
            if mail.tls:
                sock = world.context().wrap_socket(sock, server_side=True)
            stream = sock.makefile("rwb")

            def say(*lines: str) -> None:
                stream.write("".join(f"{line}\r\n" for line in lines).encode())
                stream.flush()

            say(greetings[mail.kind] if mail.greeting is None else mail.greeting)
            while line := stream.readline():
                words = line.decode().split()
                world.spoken.append(" ".join(words))
                command = words[1 if mail.kind == "imap" else 0].upper()
                logins = (mail.logins if secure else mail.early_logins).split()
                upgrade = mail.starttls and not secure
                if command == "CAPABILITY":
                    shown = [f"AUTH={login}" for login in logins] or ["LOGINDISABLED"]
                    say(f"* CAPABILITY IMAP4rev1 {' '.join(shown)}{' STARTTLS' * upgrade}", f"{words[0]} OK done")
                elif command == "CAPA":
                    say(
                        "+OK",
                        "TOP",
                        *(["USER", f"SASL {' '.join(logins)}"] if logins else []),
                        *["STLS"] * upgrade,
                        ".",
                    )
                elif command == "EHLO":
                    say("250-mail", *["250-STARTTLS"] * upgrade, *([f"250-AUTH {' '.join(logins)}"] if logins else []))
                    say("250 SIZE 1")
                elif command in ("STARTTLS", "STLS"):
                    say({"imap": f"{words[0]} OK go", "pop3": "+OK go", "smtp": "220 go"}[mail.kind])
                    sock = world.context().wrap_socket(sock, server_side=True)
                    stream, secure = sock.makefile("rwb"), True

    return Handler


class _Threading(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextlib.contextmanager
def running(world: World) -> Iterator[Network]:
    """Start everything; yields the network as a program on this machine would see it."""
    names = socketserver.UDPServer(("127.0.0.1", 0), _dns(world))
    servers: list[socketserver.BaseServer] = [names]
    ports: dict[int, int] = {}
    for port, scheme in ((80, "http"), (443, "https")):
        web = _Threading(("127.0.0.1", 0), _web(world, scheme))
        if scheme == "https":
            web.socket = world.context().wrap_socket(web.socket, server_side=True, do_handshake_on_connect=False)
        servers.append(web)
        ports[port] = web.server_address[1]
    for port, mail in world.mail.items():
        server = _Threading(("127.0.0.1", 0), _mail(world, mail))
        servers.append(server)
        ports[port] = server.server_address[1]
    for each in servers:
        threading.Thread(target=each.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    for port in (25, 110, 143, 465, 587, 993, 995):
        ports.setdefault(port, 1)  # nothing listens there
    network = Network(ports=ports, timeout=3)
    network.resolver = dns.resolver.Resolver(configure=False)
    network.resolver.nameservers = ["127.0.0.1"]
    network.resolver.port = int(names.server_address[1])
    authority, _ = world.root.write(world.folder, "authority")
    network.trust = ssl.create_default_context(cafile=str(authority))
    try:
        yield network
    finally:
        for each in servers:
            each.shutdown()
            each.server_close()
