// The saved copy of the help: works without a network, once 「このヘルプを保存する」 (assets/js/save.js) was pressed.
// Online, pages always come from the network, and what is saved is renewed with them.
"use strict";
const PREFIX = "mailhelp ";
const PATIENCE = 4000;
const OFFLINE =
  '<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  "<title>つながりません</title><h1>ネットワークにつながりません</h1>" +
  "<p>このページは保存されていません。ネットワークにつながってから、もう一度開いてください。</p>";

const find = async (request) => {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const cache = await caches.open(name);
    const saved = await cache.match(request, { ignoreSearch: true });
    if (saved) return { cache, saved };
  }
  return {};
};

const answer = async (request) => {
  const { cache, saved } = await find(request);
  const network = fetch(request).then(async (response) => {
    if (cache && response.ok && response.type === "basic" && !response.redirected) {
      await cache.put(new URL(request.url).href.split(/[?#]/, 1)[0], response.clone());
    }
    return response;
  });
  if (saved) {
    const late = new Promise((done) => setTimeout(done, PATIENCE, saved));
    return Promise.race([network.then((response) => (response.status < 500 ? response : saved)), late]).catch(() => saved);
  }
  return network.catch((error) => {
    if (request.mode !== "navigate") throw error;
    return new Response(OFFLINE, { status: 503, headers: { "content-type": "text/html;charset=utf-8" } });
  });
};

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && event.request.url.startsWith(registration.scope)) event.respondWith(answer(event.request));
});
