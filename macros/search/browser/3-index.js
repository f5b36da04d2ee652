// The shared index and the copy's own values, as what the search needs: sections with their names, and what pairs say.
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
  constructor(data, values, table) {
    let page, code = ["", 0];
    const [titles, codes, abouts, asked] = ["titles", "codes", "abouts", "asked"].map((name) => data[name].split("\n"));
    this.sections = data.sections.split("\n").map((place, n) => {
      const title = titles[n], own = codes[n], about = abouts[n];
      if (own === "-") code = ["", 0];
      else if (own) code = [own[0], +own.slice(2)];
      else code[1]++;
      const section = { n, title, about, code: code[0] && code.join("") };
      if (place[0] === "#") section.location = page.location + place;
      else [page, section.location] = [section, place];
      section.page = page;
      [section.norm, section.summary] = [title, about].map(normalise);
      section.texts = [title, ...(asked[n] ? asked[n].split("、") : []), about].map((text) => everyPair(fold(text)));
      section.names = section.texts.slice(0, -1).map((pairs) => new Set(pairs));
      section.pairs = new Set(section.names.flatMap((name) => [...name]));
      return section;
    });
    this.values = Object.entries(values).map(([name, text], i) => ({ name, raw: bare(plain(text)), at: unpack(data.values[i]) }));
    // Pair -> the names that have it, and the sections that such names are of.
    this.names = this.sections.flatMap((section) => section.names.map((pairs, i) => ({ section, size: pairs.size, pairs, title: !i })));
    this.with = new Map();
    const found = (pair) => this.with.get(pair) || this.with.set(pair, { names: [], sections: [] }).get(pair);
    this.names.forEach((name, n) => name.pairs.forEach((pair) => found(pair).names.push(n)));
    for (const section of this.sections) for (const pair of section.pairs) found(pair).sections.push(section.n);
    this.learned = learnedTable(new Decoder(table), this.sections, data.letters);
  }

  // How much it says that a name has a pair: the rarer, the more.
  rare(pair) {
    const n = this.with.get(pair)?.sections.length || 0;
    return Math.log(1 + (this.sections.length - n + 0.5) / (n + 0.5));
  }
}

// An address, host name or number without what people write between its parts.
const bare = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "").replace(/(\d)[ー‐‑‒–—―−─().-]+(?=\d)/g, "$1");
const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
