"""nginx with the shipped configuration in front of the built site, over HTTPS with the run's certificate."""

from __future__ import annotations

import subprocess
from pathlib import Path

from e2e.authority import Certificates
from e2e.mail import wait_for_port
from e2e.namespace import SERVER
from macros import servers
from macros.servers import Place
from macros.site import DEFAULT_DOMAIN

#: Where the help is published in the run's own network.
HELP = "help.loytem.example"
SITE_URL = f"https://{HELP}/"
#: The names below a domain that the shipped configuration answers for, beside the domain itself.
NAMES = ("autoconfig", "autodiscover", "ua-auto-config")

MAIN = """
worker_processes 1;
pid {run}/nginx.pid;
events {{}}
http {{
  client_body_temp_path {run}/body; proxy_temp_path {run}/proxy; fastcgi_temp_path {run}/fastcgi;
  uwsgi_temp_path {run}/uwsgi; scgi_temp_path {run}/scgi;
  log_format e2e '$status $request_method $scheme://$host$request_uri $sent_http_content_type';
  access_log {run}/access.log e2e;
  include {run}/mailhelp.conf;
}}
"""


class WebServer:
    """The running web server; it ends with the process namespace."""

    def __init__(self, run: Path, site: Path, certificates: Certificates) -> None:
        self.run = run
        self.site = site
        self.certificates = certificates

    def start(self) -> None:
        """Write the configuration, start nginx, wait until it answers."""
        self.run.mkdir()
        place = Place(
            site_url=SITE_URL,
            site=self.site,
            provider=DEFAULT_DOMAIN,
            certificate=str(self.certificates.server),
            key=str(self.certificates.server_key),
            address=SERVER,
            socket=str(self.run / "autodiscover.sock"),
        )
        (self.run / "mailhelp.conf").write_text(servers.render("nginx", place), encoding="utf-8")
        configuration = self.run / "nginx.conf"
        configuration.write_text(MAIN.format(run=self.run), encoding="utf-8")
        subprocess.run(["nginx", "-c", str(configuration), "-e", str(self.run / "error.log")], check=True)
        for port in (80, 443):
            wait_for_port(SERVER, port)

    def requests(self, about: str) -> list[str]:
        """The lines of the access log that mention ``about``."""
        log = self.run / "access.log"
        return [line for line in log.read_text(encoding="utf-8").splitlines() if about in line]
