// What customers have typed before, and where they wanted to go: every pair of neighbouring characters speaks for places, or against them.
// As macros/search/packing.py writes it; a level times STEP is what make learn has found, in units of log likelihood.
const LEVELS = [1, 2, 3, -1, 4, 5, -2, 6, 7, 8], STEP = 0.5;
const SCOPE = 1, PAGE = 2, ENTRY = 3, COUNT = 0x1000, SPEAKS = 0x2000, LEVEL = 0x3000, OFTEN = 3;
const length = (n) => 32 - Math.clz32(n), size = (n) => Math.min(length(n), 7);

// Pair -> [[node, level]]: node 0 is the scope, then each entry, before that its whole page where it is one.
function learnedTable(input, sections, more) {
  // The pairs that the names have, the frequent ones first, and then the others.
  const count = new Map();
  for (const pair of sections.flatMap((section) => section.texts.flat())) count.set(pair, (count.get(pair) || 0) + 1);
  const pairs = [...count.keys()].sort((a, b) => count.get(b) - count.get(a));
  const letters = [...new Set(pairs.join("") + more)], firsts = {}, seconds = {};
  const add = ([a, b]) => {
    firsts[a] = (firsts[a] || 0) + 1;
    seconds[b] = (seconds[b] || 0) + 1;
  };
  pairs.forEach(add);
  for (const a of letters) for (const b of letters) {
    if (count.has(a + b) || !input.bit(8 * size(firsts[a]) + size(seconds[b]), ONE >> 6)) continue;
    pairs.push(a + b);
    add(a + b);
  }
  const numbers = new Map(pairs.map((pair, n) => [pair, n])), table = new Map(), spoken = pairs.map(() => 0);
  let node = 0;
  // own: the pairs that the node's names have; whole: what those say that speak for its whole page.
  const read = (kind, own, whole) => {
    const found = new Map();
    let left = input.number(COUNT + 64 * kind);
    for (let n = 0; left; n++) {
      const share = Math.floor((pairs.length - n) / left), above = !whole ? 0 : !whole.has(n) ? 1 : whole.get(n) > 0 ? 2 : 3;
      const place = (Math.min(length(share), 15) * 2 + own.has(pairs[n])) * 4 + above;
      if (!input.bit(SPEAKS + 8 * place + size(spoken[n]), Math.floor(ONE / (share + 1)))) continue;
      left--;
      let level = 0;
      while (level < LEVELS.length - 1 && !input.bit(LEVEL + 32 * kind + 16 * (spoken[n] > OFTEN) + level)) level++;
      spoken[n]++;
      if (!table.has(pairs[n])) table.set(pairs[n], []);
      table.get(pairs[n]).push([node, LEVELS[level]]);
      found.set(n, LEVELS[level]);
    }
    node++;
    return found;
  };
  read(SCOPE, new Set());
  let whole;
  for (const section of sections) {
    if (section === section.page) whole = read(PAGE, new Set(sections.filter((s) => s.page === section).flatMap((s) => [...s.pairs])));
    section.node = node;
    read(ENTRY, section.pairs, whole);
  }
  return table;
}

// What the pairs of a query say: that it is a question for this site, and for each section.
function heardBefore(index, asked) {
  const sums = {};
  for (const pair of asked) for (const [node, level] of index.learned.get(pair) || []) sums[node] = (sums[node] || 0) + level * STEP;
  return { scope: sums[0] || 0, of: (section) => (sums[section.node] || 0) + (sums[section.page.node - 1] || 0) };
}
