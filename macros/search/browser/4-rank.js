// Which sections answer a query best, and whether any does. The weights were set on the tuning part of tests/search.
const TITLE = 4, TITLE_SHARE = 5, PAGE = 1.2, PAGE_SHARE = 1.2, BODY = 1.6, SURE = 0.5, GROUPS = 12;

function inSection(section, word) {
  let v = 0;
  if (word.titles.has(section.n)) v += TITLE + TITLE_SHARE * word.key.length / section.length;
  else if (word.body.has(section.n)) v += BODY;
  const { page } = section;
  if (word.titles.has(page.n)) v += PAGE + PAGE_SHARE * word.key.length / page.length;
  if (!v && word.common) v = 0.2;
  return v;
}

function alternativeIn(section, { words, w }) {
  let v = 0, found = 0;
  for (const word of words) {
    const one = inSection(section, word);
    if (one) found++;
    v += one * word.rare;
  }
  return (v / Math.sqrt(words.length)) * w * (found / words.length) ** 2;
}

// Codes that support says on the telephone: A-31, a31, Ａ－３１.
function byCode(index, text) {
  const typed = text.normalize("NFKC").replace(/[ー‐‑‒–—―−─\s-]/g, "").toUpperCase();
  return /^[A-Z][1-9][0-9]{0,2}$/.test(typed) ? index.sections.filter((s) => s.code === typed) : [];
}

// The domain's own host names, addresses and numbers.
function byValue(index, text) {
  const typed = text.normalize("NFKC").trim().toLowerCase();
  if (typed.length < 3) return new Map();
  const digits = typed.replace(/[ー‐‑‒–—―−─\s().-]/g, "");
  const found = new Map();
  for (const value of index.values) {
    const raw = value.raw, inner = /^\d{3,}$/.test(digits) ? raw.replace(/\D/g, "") === digits && raw.length : raw.includes(typed) ? typed.length : typed.includes(raw) && raw.length > 4 ? raw.length : 0;
    if (inner) for (const n of value.at) found.set(n, Math.max(found.get(n) || 0, Math.min(1, inner / Math.max(raw.length, typed.length))));
  }
  return found;
}

function rank(index, text) {
  const query = new Query(index, text), { units } = query;
  const total = units.reduce((sum, u) => sum + u.weight * u.rare, 0);
  const coded = new Set(byCode(index, text)), valued = byValue(index, text);
  const found = [];
  for (const section of index.sections) {
    let score = 0, covered = 0;
    const hits = [];
    for (const unit of units) {
      let best = 0, by;
      for (const a of unit.alternatives) {
        const v = alternativeIn(section, a);
        if (v > best) [best, by] = [v, a];
      }
      if (!by) continue;
      score += unit.weight * best;
      covered += unit.weight * unit.rare * Math.min(1, by.w + 0.2);
      hits.push(by);
    }
    let cover = total ? Math.min(1, covered / total) : 0;
    if (query.negative && score) {
      if (NEGATIVE.test(section.norm.s)) score *= 1.5;
      else if (NEGATIVE.test(section.page.norm.s)) score *= 1.25;
    }
    score *= 0.15 + 0.85 * cover * cover;
    if (section === section.page) score *= 1.1;
    if (/^(news|go|support)\//.test(section.location)) score *= 0.5;
    if (valued.has(section.n)) {
      score += 25 * valued.get(section.n) * (/^setup\/settings\//.test(section.location) ? 2 : 1);
      cover = 1;
    }
    if (coded.has(section)) {
      score += 1000;
      cover = 1;
    }
    if (score > 0) found.push({ section, score, cover, hits });
  }
  const groups = new Map();
  for (const hit of found.sort((a, b) => b.score - a.score || a.section.n - b.section.n)) {
    const page = hit.section.page;
    if (groups.has(page)) groups.get(page).push(hit);
    else groups.set(page, [hit]);
  }
  const scored = [...groups.values()].map((hits) => ({ hits, score: hits[0].score + 0.15 * (hits[1]?.score || 0) + 0.08 * (hits[2]?.score || 0) }));
  scored.sort((a, b) => b.score - a.score);
  const best = scored.length ? Math.max(...scored.slice(0, 3).map((g) => Math.max(...g.hits.map((h) => h.cover)))) : 0;
  return { groups: scored.slice(0, GROUPS).filter((g) => g.score > 0.04 * scored[0].score), sure: best >= SURE, query };
}
