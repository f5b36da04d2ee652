// /support/: situation and section → link, QR code and a ready reply. The replies stand in the page, with the values
// of the domain whose copy is open, and so does the list of sections.
(() => {
  "use strict";
  const WORDS = {
    situation: "状況",
    filter: "章をコードか言葉で絞り込む",
    filterExample: "例: A-3、証明書",
    section: "章",
    link: "お客様に送るリンク",
    reply: "返信の文",
    copyLink: "リンクをコピー",
    copyReply: "返信をコピー",
    copied: "コピーしました。",
    failed: "コピーできません。文を選んでコピーしてください。",
    missing: "この章は、開いているドメインのヘルプにはありません。別の章を選んでください。",
    none: "あてはまる章がありません。",
    qr: "お客様に送るリンクの QR コード",
  };
  const place = document.querySelector("[data-support]"), help = window.mailhelp;
  if (!place || !help) return;
  const { make } = help;
  const tidy = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s\u2010-\u2015\u2212\u30fc-]/gu, "");
  const absolute = (href) => new URL(href, location.href).href;

  const read = (href) => fetch(href, { credentials: "omit" }).then((response) => response.text(), () => "");

  const sections = [...document.querySelectorAll(".mh-codes li:not([hidden]) > a")].map((a) => {
    const [, code, title] = /^(\S+) (.*)$/.exec(a.textContent), head = a.closest("ul").closest("li");
    const parent = head?.querySelector("a").textContent.replace(/^\S+ /, "");
    return { code, title, page: parent ? `${parent} › ` : "", href: absolute(a.getAttribute("href")) };
  });
  const field = (tag, id, text, properties = {}) => {
    const input = make(tag, { id, ...properties });
    return [input, make("label", { htmlFor: id, textContent: text })];
  };
  const replies = [...document.querySelectorAll("[data-reply]")];
  const [situation, situationLabel] = field("select", "mh-s-situation", WORDS.situation);
  situation.append(...replies.map((r) => make("option", { value: r.dataset.reply, textContent: r.querySelector("summary").textContent })));
  const [filter, filterLabel] = field("input", "mh-s-filter", WORDS.filter, { type: "text", autocomplete: "off", placeholder: WORDS.filterExample });
  const [section, sectionLabel] = field("select", "mh-s-section", WORDS.section);
  const [link, linkLabel] = field("input", "mh-s-link", WORDS.link, { type: "text", readOnly: true });
  const [reply, replyLabel] = field("textarea", "mh-s-reply", WORDS.reply, { readOnly: true, rows: 16 });
  const status = make("p", { role: "status" }), figure = make("figure", { className: "mh-qr" });

  const copy = (text, source) => make("button", {
    type: "button", className: "mh-button", textContent: text,
    onclick: () => navigator.clipboard.writeText(source.value).then(
      () => { status.textContent = WORDS.copied; },
      () => { status.textContent = WORDS.failed; source.select(); },
    ),
  });

  // What every reply begins and ends with, and the values, stand once in the page.
  const common = (name) => [...document.querySelector(`[data-common=${name}] p`).cloneNode(true).childNodes];
  const lines = () => [make("br"), make("br")];
  const whole = (item) => {
    const text = make("p", {}, ...common("opening"), ...lines(), ...item.querySelector("p").cloneNode(true).childNodes, ...lines(), ...common("closing"));
    for (const spot of text.querySelectorAll("[data-common-here]")) spot.replaceWith(...common(spot.dataset.commonHere));
    return text;
  };

  const chosen = () => sections.find((s) => s.href === section.value);
  const list = () => {
    const wanted = tidy(filter.value), before = section.value;
    const exact = sections.filter((s) => tidy(s.code) === wanted);
    const found = exact.length ? exact : sections.filter((s) => tidy(`${s.code}${s.page}${s.title}`).includes(wanted));
    section.replaceChildren(...found.map((s) => make("option", { value: s.href, textContent: `${s.code} ${s.page}${s.title}` })));
    status.textContent = found.length ? "" : WORDS.none;
    if (found.some((s) => s.href === before)) section.value = before;
  };

  let turn = 0;
  const show = async () => {
    const mine = ++turn, target = chosen();
    const item = replies.find((r) => r.dataset.reply === situation.value), source = whole(item);
    const href = target?.href ?? "";
    for (const spot of source.querySelectorAll("[data-link]")) spot.textContent = href;
    for (const spot of source.querySelectorAll("[data-code]")) spot.textContent = (target ?? item.dataset).code;
    for (const end of source.querySelectorAll("br")) end.replaceWith("\n");
    link.value = href;
    reply.value = source.textContent;
    figure.replaceChildren();
    if (!href) return;
    try {
      const { draw } = await import("./qr.mjs");
      const picture = await draw(href, WORDS.qr);
      if (mine === turn) figure.replaceChildren(picture);
    } catch { /* a saved copy opened from a disk: no modules there, the link itself is enough */ }
    const anchor = new URL(href).hash.slice(1), text = anchor && await read(href);
    if (!text || mine !== turn) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    // What all domains share is in a script of its own, as a string.
    const shared = [...page.querySelectorAll("script[src*='/parts/']")].map((script) => read(new URL(script.getAttribute("src"), href)));
    const there = page.getElementById(anchor) || (await Promise.all(shared)).some((script) => script.includes(` id=\\"${anchor}\\"`));
    if (mine === turn && !there) status.textContent = WORDS.missing;
  };

  const start = () => {
    const wanted = absolute(replies.find((r) => r.dataset.reply === situation.value).dataset.href);
    filter.value = "";
    list();
    if (sections.some((s) => s.href === wanted)) section.value = wanted;
    show();
  };

  situation.addEventListener("change", start);
  filter.addEventListener("input", () => { list(); show(); });
  section.addEventListener("change", () => { status.textContent = ""; show(); });
  // An address that was typed or forgotten changes the user names in the replies.
  document.addEventListener("mailhelp:account", show);
  place.append(make("div", { className: "mh-panel" },
    situationLabel, situation, filterLabel, filter, sectionLabel, section,
    linkLabel, link, make("p", {}, copy(WORDS.copyLink, link)), figure,
    replyLabel, reply, make("p", {}, copy(WORDS.copyReply, reply)), status));
  start();
})();
