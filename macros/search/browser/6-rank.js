// Which sections answer a query best, and whether any does. The weights of this file and of 4-names.js were fitted in tests/search.
const PHRASE = 60, POWER = 1.65, WHOLE = 1.1, MORE = 0.2, ERRORS_SHORT = 1, ERRORS_LONG = 1.3, EXACT = 80, EXACT_ASKED = 120, LIKE = 45, ALIKE = 0.3, LIKE_WHOLE = 0.7, CORE = 0.95, SAID = 0.6, GROUPS = 6;
// How much of the query an answer holds that is a code, a value or a name as it stands.
const CERTAIN = 9;

// Codes that support says on the telephone: A-31, a31, Ａ－３１.
function byCode(index, text) {
  const typed = text.normalize("NFKC").replace(/[ー‐‑‒–—―−─\s-]/g, "").toUpperCase();
  return /^[A-Z][1-9][0-9]{0,2}$/.test(typed) ? index.sections.filter((s) => s.code === typed) : [];
}

// The domain's own host names, addresses and numbers: where each stands, best on the page that is about it.
const HOME = [[/^support\./, /^contact\//], [/size|limit/, /^overview\/quota\//], [/./, /^setup\/settings\//]];

function byValue(index, text) {
  const found = new Map();
  // imap 993: a number beside other words is one of them.
  for (const word of text.trim().split(/\s+/)) if (/^\d+$/.test(bare(word)) && bare(word) !== bare(text)) oneValue(index, bare(word), found, 0.3);
  return oneValue(index, bare(text), found, 1);
}

function oneValue(index, typed, found, weight) {
  if (typed.length < 3) return found;
  for (const { name, raw, at } of index.values) {
    const number = /^\d+$/.test(typed);
    if (number ? raw !== typed && !(typed.length > 5 && raw.includes(typed)) : !raw.includes(typed) && !((raw.length > 4 || /\d[a-z]/.test(raw)) && typed.includes(raw))) continue;
    const fit = Math.min(raw.length, typed.length) / Math.max(raw.length, typed.length);
    const home = HOME.find(([names]) => names.test(name))[1];
    for (const n of at) {
      const v = (home.test(index.sections[n].location) ? 60 : 25) * fit * weight;
      found.set(n, Math.max(found.get(n) || 0, v));
    }
  }
  return found;
}

// IMAPとは: what a word means.
const MEANT = /.(トハ|ツテ何|ツテナニ)/, MEANING = 1.2;
// What a page is for, where words alone do not tell.
const PRIOR = [[/^(news|go|support)\//, 0.5], [/^trouble\/errors\//, 0.7], [/^overview\/glossary\//, 0.8], [/^setup\/$/, 1.1], [/^$|^#/, 0.7], [/^livemail\/./, 0.95], [/^setup\/(thunderbird|iphone|android|outlook|apple-mail)\//, 1.15], [/./, 1]];
const ERROR = /エラ|[0-9]{3}|0X|[a-z]+ [a-z]+ [a-z]+|マシタ$|テイマス$|マセン/i;

function sound(index, norm) {
  return cut(index, norm).map(({ s, entries }) => entries?.find((e) => e.word && !e.reading)?.word.reading || s).join("");
}

// Pairs of neighbouring characters, in words and as they sound: what is left of a title in a query full of mistakes.
function likeTitle(index, { whole, core }) {
  const all = likeText(index, whole);
  if (!core || core === whole || index.sections.some((section) => all(section) > LIKE_WHOLE)) return all;
  const inner = likeText(index, core);
  return (section) => Math.max(all(section), CORE * inner(section));
}

function likeText(index, text) {
  const plain = text.replace(/ /g, ""), kana = /^[ァ-ヶa-z0-9]+$/.test(plain), asked = pairs(plain);
  const near = (own, i) => {
    if (i || plain.length < 3 ? own.s === plain : own.s.includes(plain)) return 0.6 + 0.4 * plain.length / own.s.length;
    if (plain.length < 4) return 0;
    own.pairs ??= pairs(own.s);
    let same = 0;
    for (const pair of asked) if (own.pairs.has(pair)) same++;
    return 2 * same / (asked.size + own.pairs.size || 1);
  };
  return (section) => {
    const own = section[kana ? "heard" : "seen"] ??= [section.title, ...section.phrases].map((said) => {
      const norm = normalise(said);
      return { s: (kana ? sound(index, norm) : norm.s).replace(/ /g, "") };
    });
    section.exact = own[0].s === plain;
    return Math.max(...own.map(near));
  };
}

// Where nothing is found: the names that share most characters, the rare ones first.
function nearest(index, s) {
  const found = [];
  for (const c of new Set(s.replace(/[^々㐀-鿿ァ-ヶ]/g, ""))) {
    const at = index.sections.filter((section) => [section.norm, ...section.asked, section.summary].some((norm) => norm && norm.s.includes(c)));
    for (const section of at) (found[section.n] ??= { section, score: 0, cover: 0, hits: [] }).score += section.prior / at.length;
  }
  return found.filter(Boolean);
}

// How well the names and values of every section answer a query, which knows nothing of earlier ones.
function named(index, text) {
  const coded = new Set(byCode(index, text)), valued = byValue(index, text);
  // Somebody's address, which no page has.
  if (!valued.size && /\S[@＠]\S/.test(text)) text = "メールアドレス";
  const query = new Query(index, text), { units } = query;
  const total = units.reduce((sum, u) => sum + u.weight * u.rare, 0);
  const like = likeTitle(index, query);
  query.said ??= new Set(units.flatMap((u) => u.alternatives.flatMap((a) => a.words)));
  const asksMeaning = MEANT.test(query.whole);
  const found = [], errors = ERROR.test(query.norm.s) && (query.norm.s.length > 14 ? ERRORS_LONG : ERRORS_SHORT);
  for (const section of index.sections) {
    section.prior ??= PRIOR.find(([place]) => place.test(section.location))[1];
    let [share, hits, cover] = total ? said(index, section, query, total) : [0, [], 0];
    let score = PHRASE * share ** POWER * (section === section.page ? WHOLE : 1);
    const near = like(section);
    if (near > 0.45) {
      score += LIKE * (near - ALIKE) * (1 - SAID * share);
      if (near === 1) score += section.exact ? EXACT : EXACT_ASKED;
      if (near > 0.55) cover = Math.max(cover, near === 1 ? CERTAIN : near);
    }
    score *= errors && /^trouble\/errors\//.test(section.location) ? errors : asksMeaning && /^overview\/glossary\/#/.test(section.location) ? MEANING : section.prior;
    if (valued.has(section.n)) {
      score += valued.get(section.n);
      if (valued.get(section.n) > 10) cover = CERTAIN;
    }
    if (coded.has(section)) {
      score += 1000;
      cover = CERTAIN;
    }
    found.push({ section, score, cover, hits });
  }
  return { query, found };
}

function rank(index, text) {
  const { query, found: all } = named(index, text), before = heardBefore(index, query.spoken);
  const found = all.map((hit) => ({ ...hit, score: hit.score + FELT * before.of(hit.section) })).filter((hit) => hit.score > 0);
  if (!found.length) found.push(...nearest(index, query.norm.s));
  const groups = new Map();
  for (const hit of found.sort((a, b) => b.score - a.score || a.section.n - b.section.n)) {
    const page = hit.section.page;
    if (groups.has(page)) groups.get(page).push(hit);
    else groups.set(page, [hit]);
  }
  const scored = [...groups.values()].map((hits) => ({ hits, score: hits[0].score + MORE * (hits[1]?.score || 0) + 0.5 * MORE * (hits[2]?.score || 0) }));
  scored.sort((a, b) => b.score - a.score);
  const best = scored.length ? Math.max(...scored.slice(0, 3).map((g) => Math.max(...g.hits.map((h) => h.cover)))) : 0;
  return { scope: before.scope, groups: scored.slice(0, GROUPS).filter((g) => g.score > 0.04 * scored[0].score), best };
}
