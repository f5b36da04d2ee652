"""nginx with the shipped configuration in front of the built site, over HTTPS with the run's certificate."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from e2e.authority import Certificates
from e2e.mail import wait_for_port
from e2e.namespace import SERVER

#: Where a domain's autoconfig file lies below its folder; the second is for the domain's own web server.
AUTOCONFIG = ("mail/config-v1.1.xml", ".well-known/autoconfig/mail/config-v1.1.xml")

MAIN = """
daemon on;
worker_processes 1;
pid {run}/nginx.pid;
error_log {run}/error.log info;
events {{ worker_connections 256; }}
http {{
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  client_body_temp_path {run}/body; proxy_temp_path {run}/proxy; fastcgi_temp_path {run}/fastcgi;
  uwsgi_temp_path {run}/uwsgi; scgi_temp_path {run}/scgi;
  log_format e2e '$status $request_method $scheme://$host$request_uri $sent_http_content_type';
  access_log {run}/access.log e2e;
  {sites}
}}
"""


class WebServer:
    """The running web server; it ends with the process namespace."""

    def __init__(self, run: Path, site: Path, certificates: Certificates, domains: Iterable[str]) -> None:
        self.run = run
        self.site = site
        self.certificates = certificates
        self.domains = sorted(domains)

    def start(self) -> None:
        """Write the configuration, start nginx, wait until it answers."""
        self.run.mkdir()
        configuration = self.run / "nginx.conf"
        configuration.write_text(MAIN.format(run=self.run, sites=self._sites()), encoding="utf-8")
        subprocess.run(["nginx", "-c", str(configuration), "-e", str(self.run / "error.log")], check=True)
        for port in (80, 443):
            wait_for_port(SERVER, port)

    def _sites(self) -> str:
        certificate = f"ssl_certificate {self.certificates.server}; ssl_certificate_key {self.certificates.server_key};"
        return "\n".join(
            f"server {{ listen {SERVER}:443 ssl; listen {SERVER}:80; server_name {domain} autoconfig.{domain};"
            f" {certificate} root {self.site}/{domain}; location = /mail/config-v1.1.xml {{ types {{}} default_type text/xml; }} }}"
            for domain in self.domains
        )

    def requests(self, about: str) -> list[str]:
        """The lines of the access log that mention ``about``."""
        log = self.run / "access.log"
        return [line for line in log.read_text(encoding="utf-8").splitlines() if about in line]
