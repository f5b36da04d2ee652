// The shared index and the copy's own values, as what the search needs: sections, words, places, and keys to find words by.
const DIGITS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter((c) => !'"\\~'.includes(c));
const BASE = DIGITS.length >> 1;
const VALUE = Object.fromEntries(DIGITS.map((c, i) => [c, i]));

function unpack(text) {
  const numbers = [];
  let previous = -1, gap = 0;
  for (const c of text) {
    gap = gap * BASE + VALUE[c] % BASE;
    if (VALUE[c] >= BASE) continue;
    numbers.push(previous += gap + 1);
    gap = 0;
  }
  return numbers;
}


class Index {
  constructor(data, values) {
    this.sections = [];
    let page, heading, code = ["", 0];
    const [titles, codes, abouts, phrases] = ["titles", "codes", "abouts", "asked"].map((name) => data[name].split("\n"));
    data.sections.split("\n").forEach((place, n) => {
      const title = titles[n], own = codes[n], about = abouts[n], asked = phrases[n] ? phrases[n].split("、") : [];
      if (own === "-") code = ["", 0];
      else if (own) code = [own[0], +own.slice(2)];
      else code[1]++;
      const section = { n, title, about, norm: normalise(title), summary: about && normalise(about), code: code[0] && code.join(""), phrases: asked, asked: asked.map(normalise) };
      // A heading under a heading has one # more.
      const inner = place.startsWith("##");
      if (place[0] === "#") section.location = page.location + place.slice(inner);
      else [page, heading, section.location] = [section, 0, place];
      section.page = page;
      section.heading = inner && heading;
      if (!inner) heading = section !== page && section;
      section.length = section.norm.s.replace(/ /g, "").length || 1;
      this.sections.push(section);
    });
    for (const s of this.sections) {
      const chapter = this.sections.find((own) => own.location === /^[^/#]*\//.exec(s.location)?.[0]);
      s.chapter = chapter !== s.page && chapter;
    }
    this.nodes = 1;
    for (const s of this.sections) s.node = (this.nodes += s === s.page ? 2 : 1) - 1;
    this.learned = learnedTable(data);
    const [places, readings] = ["places", "readings"].map((name) => data[name].split("\n"));
    this.words = data.words.split("\n").map((text, n) => {
      const reading = readings[n].replace(/./g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x30a1 - 39));
      const inflects = text.endsWith("*");
      const shown = inflects ? text.slice(0, -1) : text;
      return { n, text: shown, inflects, key: fold(shown), reading, body: new Set(unpack(places[n])) };
    });
    this.values = Object.entries(values).map(([name, text], i) => ({ name, raw: bare(plain(text)), at: unpack(data.values[i]) }));
    this.keys = new Map();
    this.starts = new Set();
    for (const word of this.words) this.addKeys(word);
    known = this.keys;
    for (const word of this.words) this.count(word);
    for (const s of data.skipped.split("\t")) this.key(fold(s), { skip: true });
    this.groups = data.synonyms.split("\n").map((line) => line.split("\t"));
  }

  key(key, entry) {
    if (!key) return;
    if (!entry.skip) for (let n = 2; n < key.length; n++) this.starts.add(key.slice(0, n));
    const list = this.keys.get(key);
    if (list) list.push(entry);
    else this.keys.set(key, [entry]);
  }

  addKeys(word) {
    this.key(word.key, { word, w: 1 });
    const bare = word.key.replace(/[ァ-ヶ]/g, "");
    if (word.inflects && bare.length > 1 && bare !== word.key) this.key(bare, { word, w: 1 });
    if (word.reading.length > 1) this.key(word.reading, { word, w: 0.9, reading: true });
  }

  // Where the word stands in titles, and how rare it is.
  count(word) {
    word.titles = new Set();
    word.abouts = new Set();
    word.asked = new Map();
    for (const s of this.sections) {
      if (find(s.norm, word) >= 0) word.titles.add(s.n);
      for (const norm of s.asked) {
        const share = find(norm, word) < 0 ? 0 : word.key.length / norm.s.length;
        if (share > (word.asked.get(s.n) || 0)) word.asked.set(s.n, share);
      }
      if (s.summary && find(s.summary, word) >= 0) word.abouts.add(s.n);
    }
    const n = word.titles.size + word.asked.size + word.abouts.size + word.body.size, all = this.sections.length;
    word.rare = n ? Math.log(1 + (all - n + 0.5) / (n + 0.5)) * 0.8 + 0.3 : 0;
  }
}

// メール in メールサーバー: what stands beside it in the run is a word, too.
let known;
function joined({ s, k }, at, step) {
  let end = at + step;
  while (k[end] === KATAKANA) end += step;
  return known.has(step < 0 ? s.slice(end + 1, at) : s.slice(at + 1, end));
}

// 化ける is not in 暗号化を, but つながる is in ネットにつながる.
const PARTICLE = /[ヲヘノハガデニモオ]/;

// Where a word stands in a folded text: Latin words whole, kana not across the ends of a run.
function find(norm, word, from = 0) {
  const { s, k } = norm, t = word.key;
  for (let i = s.indexOf(t, from); i >= 0; i = s.indexOf(t, i + 1)) {
    const j = i + t.length, kind = k[i], last = k[j - 1];
    if (kind === LATIN && (k[i - 1] === LATIN || k[j] === LATIN)) continue;
    if (kind === KATAKANA && k[i - 1] === KATAKANA && !joined(norm, i, -1)) continue;
    if (last === KATAKANA && k[j] === KATAKANA && t.length < 4 && !joined(norm, j - 1, 1)) continue;
    if (kind === HIRAGANA && k[i - 1] === HIRAGANA && t.length < 4 && !(word.inflects && PARTICLE.test(s[i - 1]))) continue;
    if (word.inflects && last === KANJI && (k[j] !== HIRAGANA || (k[i - 1] === KANJI && PARTICLE.test(s[j])))) continue;
    if (!word.inflects && t.length === 1 && (k[i - 1] === KANJI || k[j] === KANJI)) continue;
    return i;
  }
  return -1;
}

// An address, host name or number without what people write between its parts.
const bare = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "").replace(/(\d)[ー‐‑‒–—―−─().-]+(?=\d)/g, "$1");
const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
