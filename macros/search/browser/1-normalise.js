// One spelling for the many ways a word can be typed: the same as macros/search/normalise.py.
const FOLD = Object.fromEntries([..."ァィゥェォッャュョヮヵヶヴヂヅ"].map((c, i) => [c, "アイウエオツヤユヨワカケブジズ"[i]]));
const DASH = /[ー‐‑‒–—―−─-]/;
const MARKS = /[\uff9e\uff9f]|\p{M}/u;

// {s: the folded text, from and to: where each character of it stands in the source}
function normalise(source) {
  const n = { s: "", from: [], to: [] };
  let kana = false;
  for (let i = 0; i < source.length; i++) {
    const start = i;
    while (MARKS.test(source[i + 1] || "")) i++;
    for (let c of source.slice(start, i + 1).normalize("NFKC").toLowerCase()) {
      if (kana && DASH.test(c)) continue;
      kana = /[ぁ-ゖァ-ヶ]/.test(c);
      if (/[ぁ-ゖ]/.test(c)) c = String.fromCharCode(c.charCodeAt(0) + 0x60);
      else if (!/[a-z0-9ァ-ヶ々㐀-鿿]/.test(c)) {
        if (!n.s || n.s.endsWith(" ")) continue;
        c = " ";
      }
      n.s += FOLD[c] || c;
      n.from.push(start);
      n.to.push(i + 1);
    }
  }
  return n;
}

const fold = (text) => normalise(text).s.trim();

// The pairs of neighbouring characters of a folded text, its ends and the gaps between its words being spaces.
const everyPair = (folded) => (folded ? Array.from({ length: folded.length + 1 }, (_, i) => ` ${folded} `.slice(i, i + 2)) : []);
