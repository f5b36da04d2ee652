// A query in units: what each part may mean, and how much it says. Knows the words of the index, nothing of ranking.
const NEGATIVE = /(ナイ|ナカツタ|マセン|エラ|シツパイ|失敗|不可|デキズ|レズ)/;
const INFLECTION = 6;
const HELPS = 0.8;
// 送れません, 送れなくなった and 送れなくて are all 送れない; メールがなくなった is not.
const denial = (text) => text.replace(/([^がはもの\s、]|^)(?:なく(?:な[っり](?:ました|てしまいました|てしまった|ちゃった|て|た)|て(?!も))|なかった(?:です)?|ないん?です)/g, "$1ない").replace(/(でき|[^ぁ-ゖ]し|[^あで][きりみちびぎ]|[けせてねめれべげえでい])ません(?:でした|か)?/g, (_, c) => (c === "でき" ? c : c.replace(/[きりみちびぎ]$/, (v) => "からまたばが"["きりみちびぎ".indexOf(v)])) + "ない");
// していません, なくてもいい, なってしまった: endings and helping verbs say nothing about what is asked.
const HELPING = /(?:シ|サ|サレ|サセ|デキ|ナ|ナツ|ナリ|ツ|ミ|オ)?(?:(?:テ|デ|ツテ|ナク|タク|ナクテ)(?:モ|ハ|カラ)?)?(?:イ|シマ[ツイ]?|チヤ[ツイ]?|オ[キイ]?|ホシ|クダサ|モラ[イエ]?|ミ|イタダ[キケイ]?|ナリ?|アリ?)?(?:ナイ|ナカツタ|マセン|マセンデシタ|マス|マシタ|マシヨウ|ル|タラ?|テ|タイ|タク|レバ|イデス|デス|イイ|ヨイ)+(?:カ|ノ|ガ|ト|ヨ|ネ|ケレ?ド|ノデ|ノニ|ナラ|ハ|モ)*/y;

// A mistake in a word: letters missing, added, changed or swapped; a missing voiced mark counts half.
function mistakes(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [], row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : a[i - 1].normalize("NFD")[0] === b[j - 1].normalize("NFD")[0] ? 0.5 : 1;
      let v = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) v = Math.min(v, before[j - 2] + 0.5);
      next.push(v);
    }
    if (Math.min(...next, ...row) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length];
}

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

class Query {
  constructor(index, text) {
    this.index = index;
    // What an input method has not turned into kana yet.
    const typed = text.replace(/([ぁ-ゖァ-ヶー一-鿿])[a-zａ-ｚ]{1,2}$/, (all, c) => (index.keys.has(fold(all.slice(1))) ? all : c));
    this.whole = fold(typed);
    this.norm = normalise(denial(typed.trim()));
    this.negative = NEGATIVE.test(this.norm.s);
    // With Latin letters also as the kana that they may stand for: jushin dekinai.
    this.spoken = [this.norm.s, ...(this.norm.s.match(/[a-z]{4,}/g) || []).filter((word) => !index.keys.has(word)).map(kanaOf)].join(" ");
    const segments = this.segments(this.norm), said = segments.filter((u) => !u.skip);
    // Without the words around that say nothing: 迷惑メールについて教えて.
    this.core = said.length ? this.norm.s.slice(said[0].from, said.at(-1).to) : "";
    this.units = this.understood(segments);
  }

  // The cheapest way to cut the text into known words, endings and unknown characters.
  segments(norm) {
    const { s, k } = norm, { keys } = this.index;
    const best = [{ cost: 0 }];
    const all = k.every((kind) => kind === HIRAGANA || kind === OTHER), mixed = k.some((kind) => kind === HIRAGANA || kind === KANJI);
    const relax = (i, j, cost, unit) => {
      cost += best[i].cost;
      if (!best[j] || cost < best[j].cost - 1e-9) best[j] = { cost, i, unit };
    };
    for (let i = 0; i < s.length; i++) {
      if (!best[i]) continue;
      if (s[i] === " ") {
        relax(i, i + 1, 0);
        continue;
      }
      if (k[i] === LATIN) {
        let j = i;
        while (k[j] === LATIN) j++;
        const inner = /^([a-z]+|[0-9]+)/.exec(s.slice(i, j))[0].length;
        relax(i, j, 1, { kind: LATIN, entries: keys.get(s.slice(i, j)) });
        // Gメール
        for (let e = j + 1; e <= Math.min(s.length, j + 8) && s[e - 1] !== " "; e++) if (keys.has(s.slice(i, e))) relax(i, e, 0.8, { kind: LATIN, entries: keys.get(s.slice(i, e)) });
        if (i + inner < j) relax(i, i + inner, keys.has(s.slice(i, i + inner)) ? 0.5 : 1.5, { kind: LATIN, entries: keys.get(s.slice(i, i + inner)) });
        continue;
      }
      relax(i, i + 1, k[i] === HIRAGANA ? 1.3 : 1.6, { kind: k[i], unknown: true });
      HELPING.lastIndex = i;
      const helping = k[i] === HIRAGANA && HELPING.exec(s)?.[0].length;
      if (helping > 1 && k.slice(i, i + helping).every((kind) => kind === HIRAGANA)) relax(i, i + helping, HELPS, { kind: HIRAGANA, skip: true });
      for (let j = i + 1; j <= Math.min(s.length, i + 14) && s[j - 1] !== " "; j++) {
        let entries = keys.get(s.slice(i, j));
        // The last word may still be typed.
        if (j === s.length && j - i > 1 && this.index.starts.has(s.slice(i, j)) && (j - i > 2 || k[i] === KANJI)) relax(i, j, 1.05 - 0.02 * (j - i), { kind: k[i], begun: true, entries: [] });
        if (!entries) continue;
        if (j - i === 1 && k[i] !== KANJI && s.trim().length > 1 && !entries.some((e) => e.skip)) continue;
        const kana = k.slice(i, j).every((kind) => kind === HIRAGANA || kind === KATAKANA);
        const start = !i || s[i - 1] === " " || k[i - 1] !== k[i], end = j === s.length || s[j] === " " || k[j] !== k[j - 1];
        if (!kana || (k[i] === KATAKANA && mixed && !(start && end))) entries = entries.filter((e) => !e.reading);
        if (kana && j - i === 2) entries = entries.filter((e) => !e.reading || (start && (end || e.word?.inflects)));
        if (k[i] === KANJI && j - i === 1 && (k[i - 1] === KANJI || k[j] === KANJI)) entries = entries.filter((e) => e.word && (!e.word.inflects || k[j] === HIRAGANA));
        if (entries.some((e) => e.skip)) relax(i, j, 0.6, { kind: k[i], skip: true });
        entries = entries.filter((e) => !e.skip);
        if (!entries.length) continue;
        // 移行したあと is not 移 and 行く.
        const cost = 0.8 - 0.02 * Math.min(14, j - i) + (j - i === 1 && k[i - 1] === KANJI ? 0.5 : 0);
        relax(i, j, cost, { kind: k[i], entries });
        const inflecting = entries.filter((e) => e.word?.inflects || e.ending);
        if (!inflecting.length) continue;
        for (let e = j; e < s.length && e - j < INFLECTION && k[e] === HIRAGANA; e++) {
          relax(i, e + 1, cost + 0.12 * (e + 1 - j) * (all ? 2 : 1), { kind: k[i], entries: inflecting, ending: e + 1 - j });
        }
      }
      if (k[i] === KANJI) this.broken(norm, i, relax);
    }
    const units = [];
    for (let j = s.length; j > 0; j = best[j].i) {
      if (best[j].unit) units.unshift({ ...best[j].unit, from: best[j].i, to: j, s: s.slice(best[j].i, j) });
    }
    // Unknown characters of one kind are one unknown word.
    const merged = [];
    for (const unit of units) {
      const last = merged.at(-1);
      if (unit.unknown && last?.unknown && last.to === unit.from && last.kind === unit.kind) {
        last.s += unit.s;
        last.to = unit.to;
      } else merged.push(unit);
    }
    return this.repaired(norm, merged);
  }

  // Unknown characters may be a mistake in a longer word: テキスト around them is tried as one.
  repaired({ s, k }, units) {
    for (let at = 0; at < units.length; at++) {
      const unknown = (u) => u?.unknown || u?.begun;
      if (!unknown(units[at]) || k[units[at].from] === LATIN) continue;
      let found;
      for (let a = Math.max(0, at - 2); a <= at; a++) {
        for (let b = at; b <= Math.min(units.length - 1, at + 2); b++) {
          const from = units[a].from, to = units[b].to, span = s.slice(from, to);
          if (span.length < 3 || span.length > 12 || span.includes(" ") || units.slice(a, b + 1).some((u) => u.kind === LATIN)) continue;
          const guesses = this.mistaken(span);
          if (!guesses.length) continue;
          const value = guesses[0][1] * span.length - 0.3 * units.slice(a, b + 1).filter((u) => !u.unknown).reduce((n, u) => n + u.s.length, 0);
          if (!found || value > found.value) found = { value, a, b, from, to, guesses };
        }
      }
      if (!found || units[at].begun) continue;
      const { a, b, from, to, guesses } = found;
      units.splice(a, b - a + 1, { kind: k[from], from, to, s: s.slice(from, to), guesses });
      at = a;
    }
    // 天気: kanji that are words only by themselves say nothing here.
    units.forEach((u, i) => {
      const alone = (v) => v && !v.skip && v.kind === KANJI && v.s.length === 1 && v.to - v.from === 1;
      if (!alone(u)) return;
      const before = units[i - 1]?.to === u.from ? units[i - 1] : 0, after = units[i + 1]?.from === u.to ? units[i + 1] : 0;
      const near = [before, after].filter((v) => v && v.kind === KANJI && k[v.to - 1] === KANJI);
      if (near.length && near.every((v) => alone(v) || v.unknown)) u.lost = true;
    });
    for (const u of units) if (u.lost) Object.assign(u, { unknown: true, entries: [] });
    return units;
  }

  // 取り込み and 取込み by their kanji 取込.
  broken({ s, k }, i, relax) {
    let kanji = s[i];
    for (let j = i + 1, gap = 0; j < s.length && kanji.length < 4; j++) {
      if (k[j] === HIRAGANA && gap < 2) gap++;
      else if (k[j] === KANJI) {
        kanji += s[j];
        gap = 0;
        const entries = this.index.keys.get(kanji)?.filter((e) => e.word?.inflects);
        if (!entries?.length) continue;
        for (let e = j; e - j <= INFLECTION; e++) {
          relax(i, e + 1, 0.75 + 0.1 * (e - j), { kind: KANJI, entries });
          if (k[e + 1] !== HIRAGANA) break;
        }
      } else break;
    }
  }

  // Units with alternatives: [{words, w}], and a weight. Words still being typed and words with mistakes are guessed.
  understood(segments) {
    const { index } = this, units = [];
    const kanaOnly = this.norm.k.every((kind) => kind === HIRAGANA || kind === OTHER);
    segments.forEach((seg, at) => {
      if (seg.skip) return;
      const last = at === segments.length - 1;
      const unit = { s: seg.s, from: seg.from, to: seg.to, weight: 1, alternatives: [] };
      const add = (words, w) => words.some((word) => word.rare > 0) && unit.alternatives.push({ words, w });
      for (const [words, w] of seg.guesses || []) add(words, w);
      for (const e of seg.entries || []) {
        if (e.word) add([e.word], e.w);
        else add(e.words, e.w);
      }
      if (last && seg.s.length > 1 && seg.to === this.norm.s.length && !seg.guesses) for (const [words, w] of this.begun(seg.s, seg.kind)) add(words, w * (unit.alternatives.length ? 0.8 : 1));
      if (!unit.alternatives.length && seg.kind === LATIN && /^[a-z]{3,}$/.test(seg.s)) {
        const kana = kanaOf(seg.s);
        if (kana) {
          const inner = this.segments(Object.assign(normalise(kana), { k: [...kana].map(() => HIRAGANA) }));
          for (const e of inner.flatMap((x) => (x.unknown ? [] : x.entries || []))) if (!e.skip) add(e.words || [e.word], e.w * (e.word ? 0.9 : 0.6));
          if (!unit.alternatives.length) for (const [words, w] of this.begun(kana, HIRAGANA)) add(words, w * 0.8);
        }
      }
      // 暗号の種類: half a word.
      if (!unit.alternatives.length && seg.kind === KANJI && seg.s.length > 1) for (const [words, w] of this.begun(seg.s, KANJI)) add(words, w * 0.8);
      if (!unit.alternatives.length && seg.s.length > 2) for (const [words, w] of this.mistaken(seg.s)) add(words, w);
      if (seg.kind === KANJI && segments.every((x) => x === seg || x.skip) && seg.s.length === 1) {
        for (const [key, entries] of index.keys) if (key.includes(seg.s)) for (const e of entries) if (!e.skip) add(e.words || [e.word], e.w * (e.word ? 0.9 : 0.6));
      }
      if (seg.kind === HIRAGANA && !unit.alternatives.length) unit.weight = kanaOnly ? Math.min(1.2, seg.s.length * 0.5) : Math.min(0.4, 0.1 * seg.s.length);
      if (seg.unknown && seg.kind === KANJI && seg.s.length === 1 && segments[at - 1]?.to === seg.from && segments[at - 1].kind === KANJI && !segments[at - 1].unknown) unit.weight = 0.3;
      if (!unit.alternatives.length && seg.kind === LATIN && (seg.s.length < 2 || segments.filter((x) => x.kind === LATIN).length > 2)) unit.weight = 0.3;
      unit.known = unit.alternatives.length > 0;
      const best = Math.max(...unit.alternatives.map((a) => a.w));
      unit.rare = !unit.known && seg.s.length < 2 ? 2 : unit.known ? Math.max(...unit.alternatives.map((a) => (a.w >= best * 0.9 ? a.w * worth(a.words) : 0))) : 5.5;
      units.push(unit);
    });
    return units;
  }

  begun(start, kind) {
    const found = [];
    for (const [key, entries] of this.index.keys) {
      if (!key.startsWith(start) || key === start) continue;
      for (const e of entries) {
        if (e.skip || (e.reading && kind === KANJI)) continue;
        found.push([e.words || [e.word], e.w * (0.55 + 0.4 * start.length / key.length)]);
      }
    }
    return found.sort((a, b) => b[1] - a[1]).slice(0, 12);
  }

  mistaken(s) {
    const latin = /^[a-z0-9]/.test(s), most = s.length > 6 ? 2 : s.length > (latin ? 4 : 3) ? 1 : 0.5;
    if (/[0-9]/.test(s) || /[々㐀-鿿]/.test(s) && s.length < 3) return [];
    const kanji = /^[々㐀-鿿]{3}$/.test(s);
    const found = [];
    for (const [key, entries] of this.index.keys) {
      if (key.length < 3 || /^[a-z0-9]/.test(key) !== latin || ((latin || s.length < 5) && key[0] !== s[0])) continue;
      if (kanji && key.slice(0, 2) !== s.slice(0, 2)) continue;
      // 問い会わせ: what follows an inflecting word is its ending.
      const open = s.length > key.length && s.length < key.length + 4 && /^[ァ-ヶ]+$/.test(s.slice(key.length)) && entries.some((e) => e.word?.inflects && !e.reading);
      const d = mistakes(open ? s.slice(0, key.length) : s, key, kanji ? 1 : most);
      if (d > (kanji ? 1 : most)) continue;
      for (const e of entries) if (!e.skip && (!open || e.word?.inflects)) found.push([e.words || [e.word], e.w * (0.8 - 0.15 * d)]);
    }
    return found.sort((a, b) => b[1] - a[1]).slice(0, 6);
  }
}

// The words of a text that has no mistakes.
const cut = (index, norm) => Query.prototype.segments.call({ index, norm, broken: Query.prototype.broken, repaired: (_, units) => units }, norm);
const worth = (words) => words.reduce((sum, word) => sum + word.rare, 0) / Math.sqrt(words.length);

// What people type for a word of the pages: the first of a group that the pages have. Made once.
function addSynonyms(index) {
  for (const group of index.groups) {
    const understood = group.map((text) => new Query(index, text).units.map((u) => (u.known && u.alternatives[0].w >= 0.9 && !u.alternatives[0].words[1] ? u.alternatives[0].words[0] : 0)));
    const whole = (own) => own.length > 0 && own.every(Boolean);
    const target = understood.findIndex(whole);
    if (target < 0) continue;
    const words = understood[target], second = understood.findIndex((own, i) => i > target && whole(own) && own[0] !== words[0]);
    group.forEach((text, i) => {
      const key = fold(text).replace(/ /g, ""), own = understood[i], alone = own.length === 1 && own[0];
      // The words themselves: 控え, and wifi for Wi-Fi.
      if (whole(own) && !index.keys.get(key)?.some((e) => e.word)) index.key(key, { words: own, w: 1 });
      const heard = own.reduce((s, word) => (word && word.reading ? s.replace(word.key, word.reading) : s), key);
      if (heard !== key && /^[ァ-ヶa-z0-9]+$/.test(heard)) index.key(heard, { words, w: 0.85, reading: true });
      if (alone && words.length === 1 && alone !== words[0]) (alone.same ??= []).push(words[0]);
      if (i === target) {
        if (second > 0) index.key(key, { words: understood[second], w: 0.65 });
        return;
      }
      index.key(key, { words, w: !whole(own) ? 0.9 : own.some((word) => word.titles.size) ? 0.75 : 0.95 });
      // 乗換え for 乗り換え, but not 接続 for 接続できない.
      const kanji = own[0] && !own[0].inflects ? "" : key.replace(/[ァ-ヶ]/g, "");
      if (kanji.length > 1 && kanji !== key && /^[々㐀-鿿]/.test(key)) index.key(kanji, { words, w: 0.75, ending: true });
      // ひっこし for 引っ越し.
      if (alone && alone.reading && alone !== words[0]) index.key(alone.reading, { words, w: 0.7, reading: true, ending: alone.inflects });
    });
  }
}
