// Which sections answer a query best: what their names share with it, and what is known from earlier queries.
// In units of log likelihood. The weights of names, and of a name as it stands, were chosen with tests/search; FIRST puts what
// is asked for a place before whatever was learned: the line that support adds is enough.
const LIKE = 4, SHARED = 4, SAME = 8, SAME_SECTION = 2, FIRST = 12, CODE = 100, AT_HOME = 7.5, ELSEWHERE = 3, BESIDE = 0.3, GROUPS = 6, FAR = 5, SHARE = 4;

// Codes that support says on the telephone: A-31, a31, Ａ－３１.
function byCode(index, text) {
  const typed = text.normalize("NFKC").replace(/[ー‐‑‒–—―−─\s-]/g, "").toUpperCase();
  return /^[A-Z][1-9][0-9]{0,2}$/.test(typed) ? index.sections.filter((s) => s.code === typed) : [];
}

// The domain's own host names, addresses and numbers: where each stands, best on the page that is about it.
const HOME = [[/^support\./, /^contact\//], [/size|limit/, /^overview\/quota\//], [/./, /^setup\/settings\//]];

// Section number -> what the value that it has is worth.
function byValue(index, text) {
  const found = new Map(), whole = bare(text);
  const add = (typed, weight) => {
    if (typed.length < 3) return;
    const number = /^\d+$/.test(typed);
    for (const { name, raw, at } of index.values) {
      if (number ? raw !== typed && !(typed.length > 5 && raw.includes(typed)) : !raw.includes(typed) && !((raw.length > 4 || /\d[a-z]/.test(raw)) && typed.includes(raw))) continue;
      const fit = weight * Math.min(raw.length, typed.length) / Math.max(raw.length, typed.length);
      const home = HOME.find(([names]) => names.test(name))[1];
      for (const n of at) found.set(n, Math.max(found.get(n) || 0, fit * (home.test(index.sections[n].location) ? AT_HOME : ELSEWHERE)));
    }
  };
  // imap 993: a number beside other words is one of them.
  for (const word of text.trim().split(/\s+/).map(bare)) if (/^\d+$/.test(word) && word !== whole) add(word, BESIDE);
  add(whole, 1);
  return found;
}

// How well names and values answer a query, which knows nothing of earlier ones. certain: it is a code, a value or a name as it stands.
function named(index, text) {
  const coded = new Set(byCode(index, text)), valued = byValue(index, text);
  // Somebody's address, which no page has.
  if (!valued.size && /\S[@＠]\S/.test(text)) text = "メールアドレス";
  const { folded, asked } = understood(index, text);
  const held = new Float32Array(index.sections.length), like = new Float32Array(index.sections.length), common = new Uint16Array(index.names.length);
  let all = 0;
  for (const pair of asked) {
    const rare = index.rare(pair);
    all += rare;
    const { names, sections } = index.with.get(pair) || { names: [], sections: [] };
    for (const n of names) common[n]++;
    for (const n of sections) held[n] += rare;
  }
  const wanted = new Set(), same = new Set();
  index.names.forEach(({ section, size, title }, i) => {
    const near = 2 * common[i] / (asked.size + size);
    like[section.n] = Math.max(like[section.n], near);
    if (near === 1) (title ? same : wanted).add(section.n);
  });
  const found = index.sections.map((section, n) => {
    const value = valued.get(n) || 0, whole = section === section.page ? SAME : SAME_SECTION;
    const score = LIKE * like[n] + SHARED * (held[n] / (all || 1)) + whole * same.has(n) + value + CODE * coded.has(section);
    return { section, score, wanted: wanted.has(n), certain: like[n] === 1 || coded.has(section) || value >= 1 };
  });
  return { folded, asked, found };
}

// Where nothing is known of any pair: the names that have most of the characters, the rare ones first.
function nearest(index, folded, found) {
  for (const c of new Set(folded.replace(/[^々㐀-鿿ァ-ヶ]/g, ""))) {
    const at = found.filter(({ section }) => section.texts.some((pairs) => pairs.some((pair) => pair[0] === c)));
    for (const hit of at) hit.score += 1 / at.length;
  }
}

// Pages, the best one first, with their sections; how sure it is that they answer: what the query's pairs say for the scope,
// and how much each of them says for the best answer.
function rank(index, text) {
  const { folded, asked, found } = named(index, text), before = heardBefore(index, asked);
  for (const hit of found) hit.score += before.of(hit.section) + FIRST * hit.wanted;
  if (found.every((hit) => hit.score <= 0)) nearest(index, folded, found);
  const pages = new Map();
  for (const hit of found) {
    const { page } = hit.section;
    if (pages.has(page)) pages.get(page).push(hit);
    else pages.set(page, [hit]);
  }
  const groups = [...pages.values()].map((hits) => hits.sort((a, b) => b.score - a.score || a.section.n - b.section.n));
  groups.sort((a, b) => b[0].score - a[0].score || a[0].section.n - b[0].section.n);
  const [[best]] = groups;
  return {
    asked,
    groups: groups.slice(0, GROUPS).filter(([hit], i) => hit.score > (i < 3 ? 0 : Math.max(0, best.score - FAR))),
    // Codes, values and names as they stand are beyond doubt.
    sure: groups.slice(0, 3).some(([hit]) => hit.certain) ? Infinity : before.scope + SHARE * best.score / asked.size,
  };
}
