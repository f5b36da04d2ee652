// One spelling for the many ways a word can be typed: the same as macros/search/normalise.py.
// LATIN, KATAKANA, KANJI, HIRAGANA: what a character was before it was folded. OTHER ends every word.
const OTHER = 0, LATIN = 1, KATAKANA = 2, KANJI = 3, HIRAGANA = 4;
const FOLD = Object.fromEntries([..."ァィゥェォッャュョヮヵヶヴヂヅ"].map((c, i) => [c, "アイウエオツヤユヨワカケブジズ"[i]]));
const DASH = /[ー‐‑‒–—―−─-]/;
const MARKS = /[\uff9e\uff9f]|\p{M}/u;

function kindOf(c) {
  if (/[a-z0-9]/.test(c)) return LATIN;
  if (/[ァ-ヶ]/.test(c)) return KATAKANA;
  if (/[々㐀-鿿]/.test(c)) return KANJI;
  return /[ぁ-ゖ]/.test(c) ? HIRAGANA : OTHER;
}

// {s: the folded text, k: kind of each character, from and to: where it stands in the source}
function normalise(source) {
  const n = { s: "", k: [], from: [], to: [] };
  let kana = false;
  for (let i = 0; i < source.length; i++) {
    const start = i;
    while (MARKS.test(source[i + 1] || "")) i++;
    for (let c of source.slice(start, i + 1).normalize("NFKC").toLowerCase()) {
      if (kana && DASH.test(c)) continue;
      const kind = kindOf(c);
      kana = kind === HIRAGANA || kind === KATAKANA;
      if (kind === HIRAGANA) c = String.fromCharCode(c.charCodeAt(0) + 0x60);
      if (kind === OTHER) {
        if (!n.s || n.s.endsWith(" ")) continue;
        c = " ";
      }
      n.s += FOLD[c] || c;
      n.k.push(kind);
      n.from.push(start);
      n.to.push(i + 1);
    }
  }
  return n;
}

const fold = (text) => normalise(text).s.trim();
