// The parts of the theme's frame that only work with scripts, the same on every page: written once here instead of in
// every page. Runs in the header, before the page is painted and before the theme's own bundle, which finds all of it.
(() => {
  "use strict";
  const svg = (path) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="${path}"/></svg>`;
  const ICONS = {
    auto: "m14.3 16-.7-2h-3.2l-.7 2H7.8L11 7h2l3.2 9zM20 8.69V4h-4.69L12 .69 8.69 4H4v4.69L.69 12 4 15.31V20h4.69L12 23.31 15.31 20H20v-4.69L23.31 12zm-9.15 3.96h2.3L12 9z",
    light: "M12 8a4 4 0 0 0-4 4 4 4 0 0 0 4 4 4 4 0 0 0 4-4 4 4 0 0 0-4-4m0 10a6 6 0 0 1-6-6 6 6 0 0 1 6-6 6 6 0 0 1 6 6 6 6 0 0 1-6 6m8-9.31V4h-4.69L12 .69 8.69 4H4v4.69L.69 12 4 15.31V20h4.69L12 23.31 15.31 20H20v-4.69L23.31 12z",
    dark: "M12 18c-.89 0-1.74-.2-2.5-.55C11.56 16.5 13 14.42 13 12s-1.44-4.5-3.5-5.45C10.26 6.2 11.11 6 12 6a6 6 0 0 1 6 6 6 6 0 0 1-6 6m8-9.31V4h-4.69L12 .69 8.69 4H4v4.69L.69 12 4 15.31V20h4.69L12 23.31 15.31 20H20v-4.69L23.31 12z",
    search: "M9.5 3A6.5 6.5 0 0 1 16 9.5c0 1.61-.59 3.09-1.56 4.23l.27.27h.79l5 5-1.5 1.5-5-5v-.79l-.27-.27A6.52 6.52 0 0 1 9.5 16 6.5 6.5 0 0 1 3 9.5 6.5 6.5 0 0 1 9.5 3m0 2C7 5 5 7 5 9.5S7 14 9.5 14 14 12 14 9.5 12 5 9.5 5",
    back: "M20 11v2H8l5.5 5.5-1.42 1.42L4.16 12l7.92-7.92L13.5 5.5 8 11z",
    share: "M18 16.08c-.76 0-1.44.3-1.96.77L8.91 12.7c.05-.23.09-.46.09-.7s-.04-.47-.09-.7l7.05-4.11c.54.5 1.25.81 2.04.81a3 3 0 0 0 3-3 3 3 0 0 0-3-3 3 3 0 0 0-3 3c0 .24.04.47.09.7L8.04 9.81C7.5 9.31 6.79 9 6 9a3 3 0 0 0-3 3 3 3 0 0 0 3 3c.79 0 1.5-.31 2.04-.81l7.12 4.15c-.05.21-.08.43-.08.66 0 1.61 1.31 2.91 2.92 2.91s2.92-1.3 2.92-2.91A2.92 2.92 0 0 0 18 16.08",
    clear: "M19 6.41 17.59 5 12 10.59 6.41 5 5 6.41 10.59 12 5 17.59 6.41 19 12 13.41 17.59 19 19 17.59 13.41 12z",
    top: "M13 20h-2V8l-5.5 5.5-1.42-1.42L12 4.16l7.92 7.92-1.42 1.42L13 8z",
  };
  const SCHEMES = [
    { media: "(prefers-color-scheme)", scheme: "default", name: "明るい画面にする", icon: ICONS.auto },
    { media: "(prefers-color-scheme: light)", scheme: "default", name: "暗い画面にする", icon: ICONS.light },
    { media: "(prefers-color-scheme: dark)", scheme: "slate", name: "端末の設定に合わせる", icon: ICONS.dark },
  ];
  const FEATURES = ["search.highlight", "search.share", "toc.follow"];
  const TRANSLATIONS = {
    "clipboard.copied": "コピーしました",
    "clipboard.copy": "クリップボードへコピー",
    "search.result.more.one": "このページ内にもう1件見つかりました",
    "search.result.more.other": "このページ内にあと#件見つかりました",
    "search.result.none": "何も見つかりませんでした",
    "search.result.one": "1件見つかりました",
    "search.result.other": "#件見つかりました",
    "search.result.placeholder": "検索キーワードを入力してください",
    "search.result.term.missing": "検索に含まれない",
  };
  const WORDS = { search: "検索", share: "検索結果へのリンクをコピー", clear: "クリア", toc: "目次", top: "ページトップへ戻る", heading: "この見出しへのリンク", table: "表" };

  // Small values kept per copy of the help, as the bundle expects them.
  const config = document.getElementById("__config");
  const own = JSON.parse(config.textContent);
  const scope = new URL(own.base, location);
  const key = (name, base) => `${base.pathname}.${name}`;
  window.__md_scope = scope;
  window.__md_hash = (text) => [...text].reduce((hash, c) => (hash << 5) - hash + c.charCodeAt(0), 0);
  window.__md_get = (name, storage = localStorage, base = scope) => JSON.parse(storage.getItem(key(name, base)));
  window.__md_set = (name, value, storage = localStorage, base = scope) => {
    try {
      storage.setItem(key(name, base), JSON.stringify(value));
    } catch {
      // A full or forbidden storage only means that a choice is not remembered.
    }
  };
  config.textContent = JSON.stringify({ annotate: null, features: FEATURES, tags: null, translations: TRANSLATIONS, version: null, ...own });

  // What macros/finish.py takes out of the theme's page: nothing of it works without scripts.
  if (!document.getElementById("__search")) {
    document.querySelector(".md-overlay").insertAdjacentHTML("beforebegin", '<input class="md-toggle" data-md-toggle="search" type="checkbox" id="__search" autocomplete="off">');
    document.body.insertAdjacentHTML("beforeend", '<div class="md-dialog" data-md-component="dialog"><div class="md-dialog__inner md-typeset"></div></div>');
  }
  document.querySelector(".md-header__ellipsis").insertAdjacentHTML("beforeend", '<div class="md-header__topic" data-md-component="header-topic"><span class="md-ellipsis"></span></div>');

  // A real button for each switch of the theme: it is named, reached and pressed with the keyboard like any other.
  const button = (classes, target, name, inner = "") =>
    `<button type="button" class="md-header__button md-icon ${classes}" data-for="${target}" title="${name}" aria-label="${name}">${inner}</button>`;
  const palette = SCHEMES.map(({ media, scheme, name, icon }, i) =>
    `<input class="md-option" data-md-color-media="${media}" data-md-color-scheme="${scheme}" data-md-color-primary="custom" data-md-color-accent="indigo" type="radio" name="__palette" id="__palette_${i}" hidden>` +
    button("", `__palette_${(i + 1) % SCHEMES.length}`, name, svg(icon)).replace(">", " hidden>")).join("");
  document.currentScript.insertAdjacentHTML("afterend",
    `<form class="md-header__option" data-md-component="palette">${palette}</form>` +
    button("", "__search", WORDS.search, svg(ICONS.search)) +
    `<div class="md-search" data-md-component="search" role="dialog" aria-label="${WORDS.search}">` +
    '<label class="md-search__overlay" for="__search"></label><div class="md-search__inner" role="search">' +
    '<form class="md-search__form" name="search">' +
    `<input type="text" class="md-search__input" name="query" aria-label="${WORDS.search}" placeholder="${WORDS.search}" autocapitalize="off" autocorrect="off" autocomplete="off" spellcheck="false" data-md-component="search-query" required>` +
    `<label class="md-search__icon md-icon" for="__search">${svg(ICONS.search)}${svg(ICONS.back)}</label>` +
    `<nav class="md-search__options" aria-label="${WORDS.search}">` +
    `<a href="#" class="md-search__icon md-icon" title="${WORDS.share}" aria-label="${WORDS.share}" data-clipboard data-clipboard-text="" data-md-component="search-share" tabindex="-1">${svg(ICONS.share)}</a>` +
    `<button type="reset" class="md-search__icon md-icon" title="${WORDS.clear}" aria-label="${WORDS.clear}" tabindex="-1">${svg(ICONS.clear)}</button>` +
    '</nav></form><div class="md-search__output"><div class="md-search__scrollwrap" tabindex="0" data-md-scrollfix>' +
    '<div class="md-search-result" data-md-component="search-result"><div class="md-search-result__meta"></div><ol class="md-search-result__list" role="presentation"></ol></div>' +
    "</div></div></div></div>");

  // The light or dark scheme that was chosen before.
  const chosen = window.__md_get("__palette");
  if (chosen?.color) {
    if (chosen.color.media === SCHEMES[0].media) {
      const { media, scheme } = SCHEMES[matchMedia(SCHEMES[1].media).matches ? 1 : 2];
      Object.assign(chosen.color, { media, scheme });
    }
    for (const [name, value] of Object.entries(chosen.color)) {
      if (typeof value === "string") document.body.setAttribute(`data-md-color-${name}`, value);
    }
  }

  // What the buttons do. The menu's is a label while there are no scripts.
  const menu = document.querySelector("label[for=__drawer].md-header__button");
  menu.outerHTML = button("mh-icon mh-icon--menu", "__drawer", menu.title);
  const header = document.querySelector(".md-header");
  const opener = (target) => header.querySelector(`[data-for=${target}]`);
  header.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-for]");
    if (!pressed) return;
    const toggle = document.getElementById(pressed.dataset.for), next = toggle.nextElementSibling;
    toggle.click();
    if (toggle.id === "__search") header.querySelector(".md-search__input").focus();
    if (toggle.type !== "radio") return;
    // The colour switch puts the next button in the place of the pressed one: the focus goes along.
    next.hidden = false;
    next.focus();
    pressed.hidden = true;
  });
  // The theme asks at every key; words also come from a microphone, or are pasted.
  header.querySelector(".md-search__input").addEventListener("input", (event) => event.target.dispatchEvent(new Event("keyup")));
  // The theme has a use of its own for this key inside the colour switch; on a button it is a press, no more.
  header.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.closest("[data-for]")) event.stopPropagation();
  }, true);
  const drawer = document.getElementById("__drawer");
  const told = () => opener("__drawer").setAttribute("aria-expanded", String(drawer.checked));
  drawer.addEventListener("change", told);
  told();
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (drawer.checked) {
      drawer.click();
      opener("__drawer").focus();
    } else if (event.target.closest?.(".md-search")) setTimeout(() => opener("__search").focus());
  });

  // A link beside every heading, and the list of the headings: beside the page, and in the drawer.
  const titleOf = (heading) => {
    const copy = heading.cloneNode(true);
    for (const extra of copy.querySelectorAll("small, .headerlink")) extra.remove();
    return copy.textContent.trim();
  };
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const entry = (heading, inner) => {
    const link = element("a", { className: "md-nav__link", href: `#${heading.id}` },
      element("span", { className: "md-ellipsis", textContent: titleOf(heading) }));
    const item = element("li", { className: "md-nav__item" }, link);
    if (inner.length) item.append(element("nav", { className: "md-nav", ariaLabel: titleOf(heading) }, element("ul", { className: "md-nav__list" }, ...inner.map((h) => entry(h, [])))));
    return item;
  };
  const outline = (article) => {
    const list = [];
    for (const heading of article.querySelectorAll("h2[id], h3[id]")) {
      if (heading.localName === "h2" || !list.length) list.push({ heading, inner: [] });
      else list.at(-1).inner.push(heading);
    }
    return list;
  };
  const complete = () => {
    const article = document.querySelector("article");
    const topic = document.querySelector("[data-md-component=header-topic] .md-ellipsis");
    const first = article?.querySelector("h1");
    if (first) topic.textContent = titleOf(first);
    for (const heading of article?.querySelectorAll("h1[id], h2[id], h3[id], h4[id]") ?? []) {
      heading.append(element("a", { className: "headerlink", href: `#${heading.id}`, title: WORDS.heading, textContent: "#" }));
    }
    const sections = article ? outline(article) : [];
    const place = element("div", { className: "md-sidebar__inner" });
    document.querySelector("[data-md-type=toc]")?.replaceChildren(element("div", { className: "md-sidebar__scrollwrap" }, place));
    if (sections.length) {
      const list = element("ul", { className: "md-nav__list" }, ...sections.map(({ heading, inner }) => entry(heading, inner)));
      list.dataset.mdComponent = "toc";
      place.append(element("nav", { className: "md-nav md-nav--secondary", ariaLabel: WORDS.toc },
        element("p", { className: "md-nav__title", textContent: WORDS.toc }), list));
      document.querySelector(".mh-nav a[aria-current]")?.after(element("ul", { className: "mh-nav__toc" },
        ...sections.map(({ heading }) => element("li", {}, element("a", { href: `#${heading.id}`, textContent: titleOf(heading) })))));
    }
    const main = document.querySelector("main");
    main?.append(element("button", { type: "button", className: "md-top md-icon", hidden: true, innerHTML: `${svg(ICONS.top)} ${WORDS.top}` }));
    if (main) main.lastElementChild.dataset.mdComponent = "top";
  };
  document.addEventListener("DOMContentLoaded", complete);
  // A table wider than the screen (the theme has put it into a box by then) is scrolled with the keyboard as well.
  addEventListener("load", () => {
    const watch = new ResizeObserver((boxes) => {
      for (const { target } of boxes) {
        const scrolls = target.scrollWidth > target.clientWidth;
        for (const [name, value] of [["tabindex", 0], ["role", "group"], ["aria-label", WORDS.table]]) {
          if (scrolls) target.setAttribute(name, value);
          else target.removeAttribute(name);
        }
      }
    });
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) watch.observe(box);
  });
})();
