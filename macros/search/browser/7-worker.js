// The theme's messages: 0 SETUP, 1 READY, 2 QUERY, 3 RESULT. Only the newest query is answered.
// How sure an answer is: HELD times how much of the query it holds, and what the query's pairs say for the scope.
// From SURE on it is stood by; from NEAR on it is shown before saying that there may be none.
const SURE = 6.1, NEAR = 1.5, HELD = 6, FREQUENT = 1.5;
const weak = (text) => `<span class="mh-weak">${text}</span> `;
let index, pending, scheduled = false;

function marked(text, norm, words) {
  const ranges = [];
  for (const word of words) {
    for (let at = find(norm, word); at >= 0; at = find(norm, word, at + 1)) ranges.push([norm.from[at], norm.to[at + word.key.length - 1]]);
  }
  let out = "", at = 0;
  for (const [from, to] of ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (from < at) continue;
    out += `${escape(text.slice(at, from))}<mark>${escape(text.slice(from, to))}</mark>`;
    at = to;
  }
  return out + escape(text.slice(at));
}

function item({ section, score, hits }, shown) {
  const words = hits.flatMap((h) => h.words);
  const terms = {};
  // What is marked on the page that is opened: not メール, which stands everywhere.
  for (const word of words) if (word.titles.has(section.n) || word.rare > FREQUENT) terms[word.text] = true;
  const about = section.about ? `<p>${marked(section.about, section.summary, words)}</p>` : "";
  return { location: section.location, title: marked(section.title, section.norm, words), text: about, score: shown ?? score, terms };
}

// A page with its best sections. Without a limit all that are nearly as good are shown at once, the others folded.
function group({ hits }, limit) {
  const best = Math.min(hits[0].score, limit), shown = hits.slice(0, limit ? 5 : 3);
  const items = shown.map((hit, i) => item(hit, i < 3 && hit.score >= hits[0].score * 0.75 ? best : Math.min(hit.score, best * 0.99)));
  const { page } = hits[0].section;
  if (!shown.some((hit) => hit.section === page)) items.push(item({ section: page, score: 0, hits: [] }));
  return items;
}

const notice = (location, title, text) => [{ location: `${location}?weak`, title, text, score: 0, terms: {} }];

function answer(text) {
  if (!text.trim()) return { items: [] };
  const { groups, best, scope } = rank(index, text);
  const sure = HELD * best + scope;
  if (sure >= SURE && groups.length) return { items: groups.map((g) => group(g, Infinity)) };
  const near = groups.slice(0, 3).map((g) => group(g, 0));
  for (const item of near.flat()) if (!item.location.includes("#")) item.title = weak("近いページ") + item.title;
  const notices = [
    notice("contact/", weak("ぴったりのページがありません"), "<p>エラーの文は「エラー文から探す」で、ほかは「お問い合わせ」でお調べします。</p>"),
    notice("trouble/errors/", "エラー文から探す", ""),
  ];
  return { items: sure >= NEAR ? near.concat(notices) : notices.concat(near) };
}

function run() {
  scheduled = false;
  if (!index || pending === undefined) return;
  const text = pending;
  pending = undefined;
  let data = { items: [] };
  try {
    data = answer(text);
  } catch (error) {
    console.error(error);
  }
  postMessage({ type: 3, data });
}

function soon() {
  if (!scheduled) setTimeout(run, 0);
  scheduled = true;
}

async function setUp({ config }) {
  const { index: name, values } = config.help;
  const response = await fetch(new URL(name, location));
  if (!response.ok) throw new Error(`${response.status} ${response.url}`);
  const ready = new Index(JSON.parse(new TextDecoder("shift_jis").decode(await response.arrayBuffer())), values);
  addSynonyms(ready);
  nameAll(ready);
  index = ready;
  postMessage({ type: 1 });
  soon();
}

if (typeof addEventListener === "function") addEventListener("message", ({ data: { type, data } }) => {
  if (type === 0) setUp(data);
  if (type === 2) {
    pending = data;
    soon();
  }
});
