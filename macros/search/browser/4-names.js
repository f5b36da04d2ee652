// How well the names of a place answer a query: its title, and each phrase that is asked for it. Knows nothing of pages as results.
// How much a word of the query is worth where it is not in the name that is looked at: elsewhere among the place's names, and around it.
const OWN = 1.05, ASKED = 0.7, ASKED_SHARE = 0.5, MESSAGE = 0.95, HEADING = 0.75, PAGE = 0.85, PAGE_ASKED = 0.3, ABOUT = 0.45, OUTER_ABOUT = 0.313, BODY = 0.6, CHAPTER = 0.45;
// How much words of a name that nobody asked for count against it: a page's, a section's, those of a section's page.
const UNSAID_WHOLE = 0.26, UNSAID = 0.28, UNSAID_PAGE = 0.1;
// Where one denies and the other does not; for a word that means the same; from where on a word counts as held.
const DENIES = 0.65, DENIED = 0.65, SYNONYM = 0.85, ENOUGH = 1.6;

// What a place is called or asked for, as words: its title, and each phrase.
function nameAll(index) {
  for (const section of index.sections) {
    section.message = /#e-/.test(section.location);
    section.names = [section.norm, ...section.asked].map((norm) => ({ norm, words: new Map(), total: 0 }));
  }
  for (const word of index.words) {
    for (const n of new Set([...word.titles, ...word.asked.keys()])) {
      for (const name of index.sections[n].names) if (find(name.norm, word) >= 0) {
        name.words.set(word, 1);
        for (const other of word.same || []) if (!name.words.has(other)) name.words.set(other, SYNONYM);
        name.total += word.rare;
      }
    }
  }
  for (const section of index.sections) for (const name of section.names) {
    name.denies = NEGATIVE.test(name.norm.s);
    name.negative = name.denies || NEGATIVE.test(section.page.norm.s) || (section.heading && NEGATIVE.test(section.heading.norm.s));
  }
}

// What a word is worth in each section, whatever it is called there. Reckoned once.
const around = (index, word) => (word.around ??= Float32Array.from(index.sections, (section) => placed(word, section)));

function placed(word, { n, page, heading, chapter, message }) {
  if (word.titles.has(n)) return OWN;
  if (word.asked.has(n)) return ASKED + ASKED_SHARE * word.asked.get(n);
  if (message && word.body.has(n)) return MESSAGE;
  if (heading && word.titles.has(heading.n)) return HEADING;
  if (word.titles.has(page.n)) return PAGE;
  if (word.asked.has(page.n)) return PAGE_ASKED;
  if (word.abouts.has(n)) return ABOUT;
  if (word.body.has(n)) return BODY;
  if (word.abouts.has(page.n)) return OUTER_ABOUT;
  if (chapter && word.titles.has(chapter.n)) return CHAPTER;
  return 0;
}

// How much of the query a name of the section says, and how much of the name the query: 1 is all of both.
function said(index, section, query, total) {
  let best = 0, by = [], sure = 0, outer = 0;
  if (section.page !== section) for (const [word, w] of section.page.names[0].words) if (w === 1 && !query.said.has(word)) outer += word.rare;
  for (const name of section.names) {
    let hit = 0, own = 0, held = 0;
    const hits = [];
    for (const unit of query.units) {
      let v = 0, heard = 0, used;
      for (const a of unit.alternatives) {
        let sum = 0, there = 0;
        for (const word of a.words) {
          const inName = name.words.get(word) || 0;
          if (inName) there += word.rare;
          sum += Math.max(inName, around(index, word)[section.n]);
        }
        sum = (sum / a.words.length) * a.w;
        if (sum > v) [v, heard, used] = [sum, there, a];
      }
      hit += unit.weight * unit.rare * v;
      held += unit.weight * unit.rare * Math.min(1, v * ENOUGH);
      own += heard;
      if (used) hits.push(used);
    }
    if (!hit) continue;
    const f = hit / (total + (section === section.page ? UNSAID_WHOLE : UNSAID) * Math.max(0, name.total - own) + UNSAID_PAGE * outer) * (query.negative ? (name.negative ? 1 : DENIES) : name.denies ? DENIED : 1);
    if (f > best) [best, by, sure] = [f, hits, held / total];
  }
  return [best, by, sure];
}
