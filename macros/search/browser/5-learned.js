// What customers have typed before, and where they wanted to go: every pair of neighbouring characters speaks for places, or against them.
// LEVELS: as macros/search/learned.py; a level times STEP is what make learn has found; FELT: what that is worth beside the names.
const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, -1, -2], STEP = 0.5, FELT = 8;

const everyPair = (folded) => folded.split(" ").flatMap((run) => Array.from({ length: Math.max(0, run.length - 1) }, (_, i) => run.slice(i, i + 2)));
const pairs = (folded) => new Set(everyPair(folded));

// Pair -> [[line of the table, level]]: line 0 is the scope, then each entry, before that its whole page where it is one.
function learnedTable(data) {
  // The pairs that the index has anyway, the frequent ones first, and others: those that begin alike in one line.
  const count = new Map();
  for (const name of ["titles", "abouts", "asked", "synonyms"]) for (const pair of everyPair(fold(data[name]))) count.set(pair, (count.get(pair) || 0) + 1);
  const names = [...count.keys()].sort((a, b) => count.get(b) - count.get(a));
  for (const [first, ...seconds] of data.pairs.split("\n")) for (const second of seconds) names.push(first + second);
  const table = new Map();
  data.weights.split("\n").forEach((line, node) => line.split(" ").forEach((numbers, i) => {
    for (const n of unpack(numbers)) {
      if (!table.has(names[n])) table.set(names[n], []);
      table.get(names[n]).push([node, LEVELS[i]]);
    }
  }));
  return table;
}

// What the pairs of a query say: that it is a question for this site, and for each section.
function heardBefore(index, s) {
  const sums = new Float32Array(index.nodes);
  for (const pair of pairs(s)) for (const [node, level] of index.learned.get(pair) || []) sums[node] += level * STEP;
  return { scope: sums[0], of: (section) => sums[section.node] + sums[section.page.node - 1] };
}
