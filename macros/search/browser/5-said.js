// What customers have typed before, and where they wanted to go: how much the words of a query speak for a place.
const SAID_HERE = 1, SAID_ON_PAGE = 3, DOUBT = 2;

// How much more often than by chance: of so many places, so many are here. Nothing speaks against a place.
const surplus = (here, all, places) => Math.max(0, Math.log((here + DOUBT / places) / (all + DOUBT) * places));

const spoken = (index, word) => (word.spoken ??= Float32Array.from(index.sections, ({ n, page }) => {
  const all = word.said.size;
  return SAID_HERE * surplus(+word.said.has(n), all, index.sections.length) + SAID_ON_PAGE * surplus(word.saidOn.get(page.n) || 0, all, index.pages);
}));

function learned(index, section, units) {
  let sum = 0;
  for (const { alternatives } of units) {
    let best = 0;
    for (const { words, w } of alternatives) best = Math.max(best, w * words.reduce((v, word) => v + spoken(index, word)[section.n], 0) / words.length);
    sum += best;
  }
  return sum;
}
