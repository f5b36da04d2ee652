// /go/: a code said on the telephone, and the domain, lead to the section. The list on the page is all there is to know.
(() => {
  "use strict";
  const WORDS = {
    code: "番号",
    codeExample: "例: A-3",
    domain: "メールアドレス、または @ より後ろ(ほかのドメインのとき)",
    open: "開く",
    looking: "探しています…",
    unknown: "その番号はありません。英字 1 文字と数字です。例: A-3",
    malformed: "ドメインの形を確かめてください。例: example.com",
  };
  const place = document.querySelector("[data-go]"), help = window.mailhelp;
  if (!place || !help) return;
  const { make } = help;

  // Everything that sounds or looks like a hyphen; the letter may be full-width, small, or without any hyphen.
  const tidy = (typed) => {
    const text = typed.normalize("NFKC").toUpperCase().replace(/[\s\u2010-\u2015\u2212\u30fc\u30a0\uff70の_-]/gu, "");
    const match = /^([A-Z])0*([1-9][0-9]{0,3})$/.exec(text);
    return match && `${match[1]}-${match[2]}`;
  };
  const links = new Map();
  for (const link of document.querySelectorAll(".mh-codes a")) {
    const code = link.textContent.split(" ", 1)[0];
    if (code) links.set(code, link.href);
  }

  const code = make("input", { type: "text", id: "mh-go-code", autocomplete: "off", spellcheck: false, placeholder: WORDS.codeExample });
  const domain = make("input", { type: "text", id: "mh-go-domain", autocomplete: "off", spellcheck: false, inputMode: "email" });
  for (const input of [code, domain]) input.setAttribute("autocapitalize", "none");
  const status = make("p", { role: "status" });

  const go = async (typedCode, typedDomain) => {
    const known = tidy(typedCode), link = known && links.get(known);
    code.setAttribute("aria-invalid", String(!link));
    if (!link) { status.textContent = WORDS.unknown; return; }
    const who = typedDomain ? help.parse(typedDomain) : help.who();
    domain.setAttribute("aria-invalid", String(Boolean(typedDomain && !who)));
    if (typedDomain && !who) { status.textContent = WORDS.malformed; return; }
    if (!who || who.domain === help.here) { location.assign(link); return; }
    status.textContent = WORDS.looking;
    const target = new URL(link);
    const { found, why } = await help.find(who.domain, target.pathname.slice(help.copy.pathname.length), target.hash);
    if (found) location.assign(found);
    else status.textContent = why;
  };

  const form = make("form", { className: "mh-panel", noValidate: true },
    make("label", { htmlFor: code.id, textContent: WORDS.code }), code,
    make("label", { htmlFor: domain.id, textContent: WORDS.domain }), domain,
    make("p", {}, make("button", { className: "mh-button", textContent: WORDS.open })), status);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(code.value, domain.value.trim());
  });
  place.append(form);

  // /go/?A-3, /go/?code=A-3&domain=example.com: a link that support sent.
  const asked = new URLSearchParams(location.search);
  const first = asked.get("code") ?? location.search.slice(1).split("&", 1)[0].replace(/=$/, "");
  if (first) {
    try { code.value = decodeURIComponent(first).slice(0, 20); } catch { code.value = ""; }
    domain.value = (asked.get("domain") ?? "").slice(0, 300);
    go(code.value, domain.value.trim());
  }
})();
