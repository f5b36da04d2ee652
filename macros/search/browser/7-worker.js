// The theme's messages: 0 SETUP, 1 READY, 2 QUERY, 3 RESULT. Only the newest query is answered.
// From SURE on an answer is stood by; from NEAR on it is shown before saying that there may be none.
const SURE = 5.4, NEAR = 2;
// Sections of a page are shown at once when they are so near to its best one; a mark in so many titles says nothing.
const NEARLY = 1, FREQUENT = 30;
const weak = (text) => `<span class="mh-weak">${text}</span> `;
let index, pending, scheduled = false;

// What a text shares with the query, as [from, to] in it: words of three letters, or of two where they are no kana.
function shared(text, { s, from, to }, asked) {
  const found = [];
  for (let i = 0; i < s.length; i++) {
    let end = i;
    while (end + 1 < s.length && !/ /.test(s.slice(end, end + 2)) && asked.has(s.slice(end, end + 2))) end++;
    if (end - i > 1 || (end > i && /[^ァ-ヶ]/.test(s.slice(i, end + 1)))) found.push([from[i], to[end]]);
    i = end;
  }
  return found;
}

function marked(text, ranges) {
  let out = "", at = 0;
  for (const [from, to] of ranges) {
    out += `${escape(text.slice(at, from))}<mark>${escape(text.slice(from, to))}</mark>`;
    at = to;
  }
  return out + escape(text.slice(at));
}

function item(section, score, asked) {
  const { title, about, norm, summary } = section, terms = {};
  const inTitle = shared(title, norm, asked), inAbout = shared(about, summary, asked);
  // What is marked on the page that is opened: not メール, which stands everywhere.
  for (const [from, to] of inTitle) {
    const word = title.slice(from, to);
    if (index.sections.filter((other) => other.title.includes(word)).length < FREQUENT) terms[word] = true;
  }
  return { location: section.location, title: marked(title, inTitle), text: about && `<p>${marked(about, inAbout)}</p>`, score, terms };
}

// A page with its best sections. Without a limit all that are nearly as good are shown at once, the others folded.
function group(hits, asked, limit) {
  const best = Math.min(Math.exp(hits[0].score / 10), limit), shown = hits.slice(0, limit ? 5 : 3);
  const items = shown.map((hit, i) => item(hit.section, i < 3 && hit.score > hits[0].score - NEARLY ? best : best * 0.99 ** (i + 1), asked));
  const { page } = hits[0].section;
  if (!shown.some((hit) => hit.section === page)) items.push(item(page, 0, asked));
  return items;
}

const notice = (location, title, text) => [{ location: `${location}?weak`, title, text, score: 0, terms: {} }];

function answer(text) {
  if (!text.trim()) return { items: [] };
  const { asked, groups, sure } = rank(index, text);
  if (sure >= SURE && groups.length) return { items: groups.map((hits) => group(hits, asked, Infinity)) };
  const near = groups.slice(0, 3).map((hits) => group(hits, asked, 0));
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
  const { index: names, learned, values } = config.help;
  const [json, table] = await Promise.all([names, learned].map(async (name) => {
    const response = await fetch(new URL(name, location));
    if (!response.ok) throw new Error(`${response.status} ${response.url}`);
    return response.arrayBuffer();
  }));
  index = new Index(JSON.parse(new TextDecoder("shift_jis").decode(json)), values, new Uint8Array(table));
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
