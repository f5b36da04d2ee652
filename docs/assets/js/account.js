// 「あなたの設定」: the customer types the address once. What stands behind the @ decides which copy of the help opens,
// what stands before it fills 「アカウント名」 in every element with data-account. It is kept in this tab's
// sessionStorage alone; no request ever carries the part before the @.
(() => {
  "use strict";
  const WORDS = {
    open: "自分のアドレスを入れる",
    label: "メールアドレス",
    example: "例: info@example.com",
    show: "表示する",
    note: "@ より前の文字は、このブラウザーの外に送られません。@ より後ろは、ご自分のヘルプを開くために使います。",
    shown: " の設定を表示しています。",
    other: " のヘルプを開く",
    forget: "忘れる",
    forgotten: "入力したアドレスを消しました。",
    looking: "探しています…",
    same: " のヘルプは、いま開いているこのページです。",
    malformed: "アドレスの形を確かめてください。例: info@example.com",
    unknown: " のヘルプは見つかりませんでした。@ より後ろの文字を確かめてください。正しいのに見つからないときは、お問い合わせください。",
    offline: "確かめられませんでした。ネットワークにつながっているか、ご確認ください。",
    saved: "保存したヘルプでは、ほかのドメインのページは開けません。インターネットのヘルプで開いてください。",
  };
  const PLACEHOLDER = "アカウント名", KEY = "mailhelp.account", FILLED = "mailhelp:account";
  const ACCOUNT = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/;
  const TYPED_DOMAIN = /^[\p{L}\p{M}\p{N}.。・-]+$/u;
  const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;
  // Spaces and invisible marks that come along when an address is pasted.
  const UNSEEN = /[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

  const top = document.querySelector(".mh-top[data-domain]");
  if (!top) return;
  const here = top.dataset.domain;
  const copy = new URL(`${top.dataset.base}/`, location.href);
  const root = new URL(top.dataset.root, copy);
  const path = location.pathname.slice(copy.pathname.length);

  // → {account, domain} with the domain as it is in DNS; account is "" where only a domain was typed; null: neither.
  const parse = (typed) => {
    const text = String(typed).slice(0, 400).normalize("NFKC").replace(UNSEEN, "").replace(/^mailto:/i, "");
    const at = text.lastIndexOf("@");
    const account = at < 0 ? "" : text.slice(0, at), rest = text.slice(at + 1);
    if (at >= 0 && !ACCOUNT.test(account)) return null;
    if (!TYPED_DOMAIN.test(rest)) return null;
    try {
      const domain = new URL(`https://${rest}`).hostname;
      return DOMAIN.test(domain) ? { account, domain } : null;
    } catch {
      return null;
    }
  };

  const read = () => {
    try {
      const parsed = parse(sessionStorage.getItem(KEY) ?? "");
      return parsed?.account ? parsed : null;
    } catch {
      return null;
    }
  };
  const write = (who) => {
    try {
      if (who) sessionStorage.setItem(KEY, `${who.account}@${who.domain}`);
      else sessionStorage.removeItem(KEY);
    } catch { /* storage is switched off: the page still works, it only forgets at once */ }
  };

  // The address of a page (and anchor) in a domain's copy, or the sentence that says why there is none.
  const find = async (domain, page = path, hash = location.hash) => {
    const address = (part) => new URL(`${domain}/${part}`, root);
    if (location.protocol === "file:") return { why: WORDS.saved };
    try {
      for (const part of new Set([page, ""])) {
        const response = await fetch(address(part), { credentials: "omit" });
        // Some servers answer a missing page with another one: the copy itself says whose it is.
        if (response.ok && (await response.text()).includes(`data-domain="${domain}"`)) {
          const found = address(part);
          if (part === page) found.hash = hash;
          return { found };
        }
      }
    } catch {
      return { why: WORDS.offline };
    }
    return { why: domain + WORDS.unknown };
  };

  const originals = new Map();
  const fill = (who) => {
    for (const element of document.querySelectorAll("[data-account]")) {
      if (!originals.has(element)) originals.set(element, element.textContent);
      const text = originals.get(element);
      // A blank to write on takes the part before the @ alone.
      if (!who) element.textContent = text;
      else if (element.dataset.account === "address") element.textContent = `${who.account}@${top.dataset.name}`;
      else element.textContent = text.trim() ? text.replaceAll(PLACEHOLDER, () => who.account) : who.account;
    }
    document.dispatchEvent(new CustomEvent(FILLED, { detail: who }));
  };

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const form = (say) => {
    const input = make("input", {
      type: "text", inputMode: "email", autocomplete: "email", spellcheck: false, id: "mh-address",
      placeholder: WORDS.example, required: true,
    });
    input.setAttribute("autocapitalize", "none");
    const element = make("form", { className: "mh-who__form", noValidate: true },
      make("label", { htmlFor: input.id, textContent: WORDS.label }),
      make("span", { className: "mh-who__row" }, input, make("button", { className: "mh-button", textContent: WORDS.show })),
    );
    element.addEventListener("submit", async (event) => {
      event.preventDefault();
      const who = parse(input.value);
      input.setAttribute("aria-invalid", String(!who));
      if (!who) return say(WORDS.malformed);
      if (who.domain === here) {
        if (!who.account) return say(top.dataset.name + WORDS.same);
        write(who);
        return draw(true);
      }
      say(WORDS.looking);
      const { found, why } = await find(who.domain);
      if (!found) return say(why);
      if (who.account) write(who);
      location.assign(found);
    });
    return element;
  };

  const forget = () => make("button", {
    type: "button", className: "mh-button", textContent: WORDS.forget,
    onclick: () => {
      write(null);
      draw(true, WORDS.forgotten);
    },
  });

  const place = document.querySelector("[data-address-form]");
  const panel = make("div", { className: place ? "mh-who mh-who--open" : "mh-who" });
  (place ?? top).append(panel);

  const draw = (focus = false, message = "") => {
    const who = read();
    const own = who?.domain === here ? who : null;
    fill(own);
    const status = make("p", { className: "mh-who__status", role: "status", tabIndex: -1, textContent: message });
    if (own) {
      status.append(make("b", { textContent: `${own.account}@${top.dataset.name}` }), WORDS.shown);
      panel.replaceChildren(status, forget());
    } else if (who) {
      const target = new URL(`${who.domain}/${path}`, root);
      target.hash = location.hash;
      panel.replaceChildren(make("a", { href: target, textContent: `${who.account}@${who.domain}${WORDS.other}` }), forget(), status);
    } else {
      const parts = [form((text) => { status.textContent = text; }), status, make("p", { className: "mh-who__note", textContent: WORDS.note })];
      if (place) panel.replaceChildren(...parts);
      else panel.replaceChildren(make("details", { open: focus }, make("summary", { textContent: WORDS.open }), ...parts));
    }
    if (focus) status.focus();
  };

  draw();
  // A page that comes back from the browser's memory may have been filled before it was forgotten.
  addEventListener("pageshow", (event) => { if (event.persisted) draw(); });

  // What /go/ and /support/ use as well.
  window.mailhelp = Object.freeze({ parse, find, make, here, copy, root, words: WORDS, who: read });

  // A link to a section that has moved: /go/ lists where it went.
  const follow = async () => {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { /* not a link of ours */ }
    if (!id || document.getElementById(id) || location.protocol === "file:") return;
    const list = new URL("go/", copy);
    const text = await fetch(list, { credentials: "omit" }).then((r) => (r.ok ? r.text() : ""), () => "");
    const gone = `${path.replace(/index\.html$/, "")}#${id}`, page = new DOMParser().parseFromString(text, "text/html");
    const moved = [...page.querySelectorAll("[data-moved]")].find((link) => link.dataset.moved === gone);
    if (moved) location.replace(new URL(moved.getAttribute("href"), list));
  };
  addEventListener("hashchange", follow);
  follow();
})();
