// 「エラー文から探す」: finds a pasted error text among the entries that stand on the page itself. Nothing is sent.
(() => {
  "use strict";
  const WORDS = {
    label: "出たエラー文をここに貼り付けるか、書き写してください",
    hint: "文の一部でも、英語でも、番号だけでも探せます。サーバー名やアドレスが入っていてもかまいません。",
    button: "探す",
    clear: "消す",
    found: (count) => `近いものが${count}件あります。いちばん近いものから並べています。`,
    vague: "ぴったりの文は見つかりませんでした。",
    near: "近い文を並べます。出た文と違うときは、まねをしないでください。",
    common: "同じ言葉の文がたくさんあります。出た文を、もう少し長く入れてください。",
    none: "この文は、一覧にありません。",
    shown: "画面に出る文:",
    variable: "○○",
  };
  const LONGEST = 2000, SHOWN = 4, NEAR = 2;
  const SURE_WEIGHT = 4, SURE_OF_QUERY = 0.75, SURE_OF_TEXT = 0.7, SURE_PART = 9, TOO_MANY = 6;
  const place = document.querySelector("[data-error-finder]");
  if (!place) return;

  // Names that differ from customer to customer: addresses, hosts, IP addresses.
  const NAMES = /[\w.+-]+@[\w.-]+|\b(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|\[[\da-f:.]*[:.][\da-f:.]*\]/giu;
  // Letters and digits only; a server is サーバ or サーバー.
  const plain = (text) => text.normalize("NFKC").replace(NAMES, " ").toLowerCase().replace(/[^\p{L}\p{N}]|ー/gu, "");
  // An ASCII letter says less than a Japanese one.
  const weigh = (text) => [...text].reduce((sum, c) => sum + (c < "\u0080" ? 0.5 : 1), 0);

  const own = (element, without) => {
    const copy = element.cloneNode(true);
    for (const other of copy.querySelectorAll(without)) other.remove();
    return copy.textContent.trim();
  };
  const entries = [...document.querySelectorAll("h4[id^='e-']")].map((heading) => {
    // A heading, a list of texts, perhaps those in English to unfold, and the list with the advice.
    const parts = [];
    for (let next = heading.nextElementSibling; next && !/^H[1-6]$/.test(next.tagName); next = next.nextElementSibling) parts.push(next);
    const advice = parts.filter((part) => part.tagName === "UL")[1];
    let section = heading;
    while (section && section.tagName !== "H2") section = section.previousElementSibling;
    const shown = parts.filter((part) => part !== advice).flatMap((part) => [...part.querySelectorAll("li")]);
    const texts = shown.map((quote) => {
      const copy = quote.cloneNode(true);
      for (const variable of copy.querySelectorAll("var")) variable.textContent = "\u0000";
      const pieces = copy.textContent.split("\u0000").map(plain).filter(Boolean);
      return { shown: quote.textContent, lang: quote.closest("[lang]")?.lang, parts: pieces, weight: weigh(pieces.join("")) };
    });
    return {
      id: heading.id,
      title: own(heading, ".headerlink, small"),
      program: section ? own(section, ".headerlink, small") : "",
      texts,
      advice,
    };
  });

  // The pieces that a text and what was pasted have in common, from three letters on, each place of the pasted text
  // counted once: [weight of all of them, how much of it hangs together].
  const common = (parts, pasted) => {
    const covered = new Uint8Array(pasted.length);
    let sum = 0, squares = 0;
    for (const part of parts) {
      for (let i = 0; i + 3 <= part.length;) {
        let end = i + 3;
        if (!pasted.includes(part.slice(i, end))) { i += 1; continue; }
        while (end < part.length && pasted.includes(part.slice(i, end + 1))) end += 1;
        const at = pasted.indexOf(part.slice(i, end));
        let piece = 0;
        for (let place = at; place < at + end - i; place += 1) {
          if (!covered[place]) piece += weigh(pasted[place]);
          covered[place] = 1;
        }
        if (piece >= 2) {
          sum += piece;
          squares += piece * piece;
        }
        i = end;
      }
    }
    return [sum, Math.sqrt(squares)];
  };
  const whole = (parts, pasted) => {
    let from = 0;
    for (const part of parts) {
      const at = pasted.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return true;
  };

  const search = (typed) => {
    const pasted = plain(typed.slice(0, LONGEST)), size = weigh(pasted);
    if (!pasted) return { size, hits: [] };
    const hits = [];
    for (const entry of entries) {
      let best = null;
      for (const text of entry.texts) {
        const complete = whole(text.parts, pasted);
        const [found, together] = complete ? [text.weight, text.weight] : common(text.parts, pasted);
        const ofQuery = Math.min(1, found / size), ofText = found / text.weight;
        const sure = (complete && text.weight >= SURE_WEIGHT)
          || (found >= SURE_WEIGHT && ofQuery >= SURE_OF_QUERY && !(pasted.length < 5))
          || (found >= SURE_PART && ofText >= SURE_OF_TEXT);
        const hit = { entry, text, found, together, ofQuery, ofText, sure, complete };
        if (!best || order(hit, best) < 0) best = hit;
      }
      if (best && best.found > 0) hits.push(best);
    }
    return { size, hits: hits.sort(order) };
  };
  const order = (a, b) => Number(b.sure) - Number(a.sure) || b.together - a.together || b.ofText - a.ofText;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const card = ({ entry, text }) => {
    const quote = make("q", { textContent: text.shown });
    if (text.lang) quote.lang = text.lang;
    const item = make("li", { className: "mh-found" },
      make("p", {}, make("a", { href: `#${entry.id}`, textContent: entry.title }), ` — ${entry.program}`),
      make("p", { className: "mh-found__text" }, `${WORDS.shown} `, quote));
    item.dataset.entry = entry.id;
    if (entry.advice) item.append(entry.advice.cloneNode(true));
    return item;
  };

  const box = make("textarea", { id: "mh-error-text", rows: 3, maxLength: 20000, spellcheck: false });
  box.setAttribute("aria-describedby", "mh-error-hint");
  box.setAttribute("autocapitalize", "none");
  const status = make("p", { role: "status" });
  const list = make("ol", { className: "mh-finder__list" });
  const contact = make("div");
  const form = make("form", { className: "mh-panel mh-finder", noValidate: true },
    make("label", { htmlFor: box.id, textContent: WORDS.label }), box,
    make("p", { id: "mh-error-hint", className: "mh-who__note", textContent: WORDS.hint }),
    make("p", { className: "mh-finder__buttons" },
      make("button", { className: "mh-button", textContent: WORDS.button }),
      make("button", { type: "button", className: "mh-button mh-button--plain", textContent: WORDS.clear, onclick: () => {
        box.value = "";
        show();
        box.focus();
      } })),
    status, list, contact);

  const show = () => {
    const { size, hits } = search(box.value);
    const sure = hits.filter((hit) => hit.sure);
    // Everything as good as the best: a phrase that half the list shares says nothing.
    const level = sure.filter((hit) => hit.together >= sure[0].together - 0.01 && !hit.complete);
    const vague = level.length > TOO_MANY;
    const confident = sure.length > 0 && !vague;
    const chosen = confident ? sure.slice(0, Math.max(SHOWN, level.length)) : vague ? sure.slice(0, SHOWN) : hits.slice(0, NEAR);
    list.replaceChildren(...chosen.map(card));
    form.dataset.answer = !box.value.trim() ? "" : confident ? "sure" : "unsure";
    if (!box.value.trim()) status.textContent = "";
    else if (confident) status.textContent = WORDS.found(chosen.length);
    else if (vague) status.textContent = WORDS.common;
    else status.textContent = size && chosen.length ? WORDS.vague + WORDS.near : WORDS.none;
    contact.replaceChildren();
    if (form.dataset.answer === "unsure") {
      let line = document.getElementById("not-listed");
      while ((line = line?.nextElementSibling)) if (line.tagName === "P") contact.append(line.cloneNode(true));
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  box.addEventListener("input", show);
  place.append(form);
})();
