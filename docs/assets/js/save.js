// 「このヘルプを保存する」: every page of this copy of the help, what they look like and the search, kept in this browser
// for times without a network. ../../sw.js answers from it.
(() => {
  "use strict";
  const WORDS = {
    save: "このヘルプを保存する", again: "新しくする", remove: "保存したものを消す",
    saving: (done, all) => `保存しています… ${done} / ${all}`,
    saved: (date) => `${date}に保存しました。ネットワークにつながらないときも、このブラウザーで同じアドレスを開くと読めます。検索も使えます。`,
    removed: "保存したものを消しました。",
    failed: "保存できませんでした。ネットワークと、端末の空きを確かめて、もう一度押してください。",
    cannot: "このブラウザーでは保存できません。設定シートを印刷してください。",
  };
  const place = document.querySelector("[data-save]"), help = window.mailhelp;
  if (!place || !help) return;
  const { make, copy, root } = help;
  const status = make("p", { role: "status" });
  const panel = make("div", { className: "mh-panel" });
  place.append(panel);
  if (!("serviceWorker" in navigator) || !("caches" in window)) {
    panel.append(make("p", { textContent: WORDS.cannot }));
    return;
  }
  const NAME = `mailhelp ${copy.pathname}`, MARK = new URL("saved-on", copy);

  const clean = (address, base) => {
    const url = new URL(address, base);
    url.hash = url.search = "";
    return url.href;
  };
  const links = (page, base, selector, name) =>
    [...page.querySelectorAll(selector)].map((element) => clean(element.getAttribute(name), base));

  // Fetches everything, a few at a time, and follows what a page needs.
  const gather = async (cache) => {
    const waiting = [copy.href, new URL("go/", copy).href, new URL("search/search_index.json", copy).href], known = new Set(waiting);
    const want = (addresses) => {
      for (const address of addresses) {
        const ours = address.startsWith(copy.href) || address.startsWith(new URL("assets/", root).href);
        if (ours && !known.has(address) && known.add(address)) waiting.push(address);
      }
    };
    let done = 0, stopped = false;
    const one = async (address) => {
      const response = await fetch(address, { credentials: "omit", cache: "no-cache" });
      if (!response.ok) throw new Error(`${response.status} ${address}`);
      const kind = response.headers.get("content-type") ?? "", text = /html|javascript|json/.test(kind) ? await response.clone().text() : "";
      await cache.put(address, response);
      if (kind.includes("html")) {
        const page = new DOMParser().parseFromString(text, "text/html");
        want(links(page, address, "link[rel=stylesheet], link[rel=icon], link[rel=manifest]", "href"));
        want(links(page, address, "script[src], img[src]", "src"));
        want(links(page, address, ".mh-nav a, .mh-codes a, .mh-neighbours a", "href"));
        const { search } = JSON.parse(page.getElementById("__config").textContent);
        want([clean(search, address)]);
      } else if (address.endsWith("search_index.json")) {
        const { index, learned } = JSON.parse(text).config.help;
        want([index, learned].map((name) => new URL(`assets/search/${name}`, root).href));
      } else if (address.endsWith(".mjs")) {
        want([...text.matchAll(/["'](\.{1,2}\/[^"']+\.m?js)["']/g)].map(([, found]) => clean(found, address)));
      }
      if (!stopped) status.textContent = WORDS.saving(done += 1, known.size);
    };
    const worker = async () => {
      try {
        for (let address; !stopped && (address = waiting.shift());) await one(address);
      } catch (error) {
        stopped = true;
        throw error;
      }
    };
    while (waiting.length) await Promise.all(Array.from({ length: 6 }, worker));
  };

  const save = async () => {
    for (const button of panel.querySelectorAll("button")) button.disabled = true;
    const fresh = `new ${NAME}`;
    try {
      await caches.delete(fresh);
      await gather(await caches.open(fresh));
      // Complete: now it takes the place of what was saved before.
      const [from] = await Promise.all([caches.open(fresh), caches.delete(NAME)]), to = await caches.open(NAME);
      for (const request of await from.keys()) await to.put(request, await from.match(request));
      await to.put(MARK, new Response(new Date().toISOString()));
      await navigator.serviceWorker.register(new URL("sw.js", root), { scope: root.pathname });
      await navigator.serviceWorker.ready;
      navigator.storage?.persist?.();
    } catch {
      await caches.delete(fresh);
      return draw(WORDS.failed);
    }
    await caches.delete(fresh);
    return draw();
  };

  const remove = async () => {
    await caches.delete(NAME);
    const left = (await caches.keys()).some((name) => name.startsWith("mailhelp "));
    if (!left) for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
    draw(WORDS.removed);
  };

  const button = (text, onclick, plain) =>
    make("button", { type: "button", className: plain ? "mh-button mh-button--plain" : "mh-button", textContent: text, onclick });
  const draw = async (message = "") => {
    const mark = await caches.match(MARK, { cacheName: NAME });
    const date = mark && new Date(await mark.text());
    status.textContent = message || (date ? WORDS.saved(`${date.getFullYear()}年${date.getMonth() + 1}月${date.getDate()}日`) : "");
    const row = make("p", { className: "mh-finder__buttons" }, button(date ? WORDS.again : WORDS.save, save));
    if (date) row.append(button(WORDS.remove, remove, true));
    panel.replaceChildren(row, status);
  };
  draw();
})();
