// QR codes, drawn in the browser: of a page, of a profile, and for importing an account into Thunderbird for Android.
// What is typed here is not sent, not stored and not put into an address.
const LIBRARY = "./vendor/uqr-0.1.3.mjs";
const SVG = "http://www.w3.org/2000/svg";
const ACCOUNT_WORD = "アカウント名";
const LONGEST = 800; // bytes that a phone's camera still reads well
const MARGIN = 4; // modules of white around the code (ISO/IEC 18004)
// Numbers of "Export for Mobile", version 1 (thunderbird-android: feature/migration/qrcode/qr-code-format.md).
const PROTOCOLS = { imap: 0, pop3: 1 };
const SECURITY = { plain: 0, STARTTLS: 2, SSL: 3 };
const AUTHENTICATION = {
  "none": 0, "client-IP-address": 0, "password-cleartext": 1, "password-encrypted": 2,
  "GSSAPI": 3, "NTLM": 4, "TLS-client-cert": 5, "OAuth2": 6,
};

export async function draw(text, label) {
  const { encode } = await import(LIBRARY);
  const code = encode(text, { ecc: "M", border: 0 });
  const size = code.size + 2 * MARGIN;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("shape-rendering", "crispEdges");
  const add = (name, attributes) => {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    svg.append(node);
  };
  let path = "";
  code.data.forEach((row, y) => row.forEach((dark, x) => {
    if (dark) path += `M${x + MARGIN},${y + MARGIN}h1v1h-1z`;
  }));
  add("rect", { width: size, height: size, fill: "#fff" });
  add("path", { d: path, fill: "#000" });
  return svg;
}

/** The address of a figure's target, or nothing where a phone could not open it. */
function target(figure) {
  const url = new URL(figure.dataset.qrHref ?? location.href, location.href);
  url.hash = figure.dataset.qrHref === undefined ? location.hash : "";
  url.search = "";
  return /^https?:$/.test(url.protocol) ? url.href : undefined;
}

for (const figure of document.querySelectorAll("figure[data-qr]")) {
  const caption = figure.querySelector("figcaption");
  const href = target(figure);
  if (href) {
    figure.prepend(await draw(href, caption.textContent));
    figure.hidden = false;
  }
}

/** The domain of an address in the form that mail servers use (xn--…). */
function ascii(domain) {
  try {
    return new URL(`http://${domain}/`).hostname;
  } catch {
    return "";
  }
}

function server(protocol, data, local) {
  return [
    protocol, data.hostname, Number(data.port), SECURITY[data.socketType], AUTHENTICATION[data.authentication],
    data.username.replaceAll(ACCOUNT_WORD, local),
  ];
}

for (const box of document.querySelectorAll("[data-qr-import]")) {
  const form = box.querySelector("form");
  const status = box.querySelector("[role=status]");
  const figure = box.querySelector("figure");
  const [incoming, outgoing] = box.querySelectorAll("[data-hostname]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    figure.replaceChildren();
    const typed = form.elements.address.value.normalize("NFKC").trim();
    const at = typed.lastIndexOf("@");
    const local = typed.slice(0, at);
    const domain = ascii(typed.slice(at + 1));
    if (at < 1 || !/^[\w.!#$%&'*+/=?^`{|}~-]+$/.test(local) || !domain) {
      status.textContent = box.dataset.wrong;
      return;
    }
    if (domain !== box.dataset.domain) {
      status.textContent = box.dataset.other;
      return;
    }
    const address = `${local}@${domain}`;
    const payload = JSON.stringify([
      1, [1, 1],
      server(PROTOCOLS[incoming.dataset.protocol], incoming.dataset, local),
      [[server(0, outgoing.dataset, local), [address, form.elements.name.value.trim() || address]]],
    ]);
    if (new TextEncoder().encode(payload).length > LONGEST) {
      status.textContent = box.dataset.long;
      return;
    }
    figure.append(await draw(payload, box.dataset.label));
    status.textContent = box.dataset.done;
  });
  box.hidden = false;
}
