// A query as the pairs of characters that are looked for. Knows nothing of ranking.
const ROMAJI = { n: "ン", nn: "ン", shi: "シ", chi: "チ", tsu: "ツ", fu: "フ", hu: "フ", ji: "ジ", vu: "ブ", thi: "テイ", dhi: "デイ", ya: "ヤ", yu: "ユ", yo: "ヨ", wa: "ワ", wo: "オ" };
for (const [c, ...kana] of " アイウエオ,kカキクケコ,gガギグゲゴ,sサシスセソ,zザジズゼゾ,tタチツテト,dダジズデド,nナニヌネノ,hハヒフヘホ,bバビブベボ,pパピプペポ,mマミムメモ,rラリルレロ".split(",")) {
  kana.forEach((one, i) => { ROMAJI[c.trim() + "aiueo"[i]] = one; });
  for (const [head, first] of [[c + "y", kana[1]], ["sh", "シ"], ["ch", "チ"], ["j", "ジ"]]) ["aヤ", "uユ", "oヨ", "eエ"].forEach(([v, small]) => { ROMAJI[head + v] ??= first + small; });
  ["aア", "iイ", "eエ", "oオ"].forEach(([v, small]) => { ROMAJI["f" + v] = "フ" + small; });
}

// settei as セツテイ would be typed: セッテイ without its long vowels. "" where it is no romaji.
function kanaOf(latin) {
  let out = "";
  for (let i = 0; i < latin.length;) {
    if (latin[i] === latin[i + 1] && /[kstpgdbcjz]/.test(latin[i])) {
      out += "ツ";
      i++;
      continue;
    }
    if (latin[i] === "n" && !/[aiueoyn]/.test(latin[i + 1] || "")) {
      out += "ン";
      i++;
      continue;
    }
    const size = [3, 2, 1].find((n) => ROMAJI[latin.slice(i, i + n)]);
    if (!size) return "";
    out += ROMAJI[latin.slice(i, i + size)];
    i += size;
  }
  return out;
}

// {folded, asked: its pairs}
function understood(index, text) {
  // What an input method has not turned into kana yet: せっt.
  const typed = text.trim().replace(/([ぁ-ゖァ-ヶー一-鿿])[a-zａ-ｚ]{1,2}$/, (all, c) => (index.learned.has(fold(all).slice(0, 2)) ? all : c));
  const latin = fold(typed);
  // Latin letters also as the kana that they may stand for: jushin dekinai.
  const folded = [latin, ...(latin.match(/[a-z]{4,}/g) || []).map(kanaOf)].join(" ").trim().replace(/ +/g, " ");
  return { folded, asked: new Set(everyPair(folded)) };
}
