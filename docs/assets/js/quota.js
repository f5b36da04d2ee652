// The quota planner: mails a day × size × days kept → how full the mailbox gets, and when. Nothing is sent.
(() => {
  "use strict";
  const WORDS = {
    mails: "1日に届く通数",
    size: "1通の平均の大きさ",
    unit: "大きさの単位",
    days: "サーバーに残す日数",
    never: "消さずに残すときは、日数を空にします。",
    button: "計算する",
    wrong: (label, most) => `「${label}」に、0より大きく${most.toLocaleString("ja-JP")}以下の数を入れてください。`,
    whole: (label, most) => `「${label}」に、1から${most.toLocaleString("ja-JP")}までの整数を入れてください。`,
    fits: (used, share, mailbox) => `いちばん多いときで約${used}です。${mailbox}の${share}なので、いっぱいになりません。`,
    tight: (used, share, mailbox) => `いちばん多いときで約${used}です。${mailbox}の${share}で、余裕がありません。`,
    full: (days, mailbox) => `空のときから約${days}日で、${mailbox}がいっぱいになります。`,
    today: (mailbox) => `1日もたたずに、${mailbox}がいっぱいになります。`,
    keep: (days) => `残す日数を${days}日以下にすると、いっぱいになりません。`,
    less: "残す日数を短くするだけでは足りません。大きな添付ファイルを減らしてください。",
  };
  // Decimal units: rather a day too early than a day too late.
  const UNITS = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
  // Above this share there is no room for a busy week.
  const TIGHT = 0.8;
  const place = document.querySelector("[data-quota]");
  const [, amount, mailboxUnit] = /^([\d.]+)\s*([KMGT]B)$/.exec(place?.dataset.quota.trim() ?? "") ?? [];
  if (!amount) return;
  const mailbox = place.dataset.quota.trim(), capacity = Number(amount) * UNITS[mailboxUnit];

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const number = (input) => {
    const text = input.value.normalize("NFKC").replace(/[\s,]/g, "");
    return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : NaN;
  };
  const shown = (bytes) => {
    const unit = bytes >= UNITS.GB ? "GB" : bytes >= UNITS.MB ? "MB" : "KB";
    return `${(bytes / UNITS[unit]).toLocaleString("ja-JP", { maximumFractionDigits: unit === "GB" ? 1 : 0 })} ${unit}`;
  };
  const field = (id, label, value, most) => {
    const input = make("input", { id, type: "text", inputMode: "decimal", autocomplete: "off", value });
    return { input, most, name: label, label: make("label", { htmlFor: id, textContent: label }) };
  };

  const mails = field("mh-q-mails", WORDS.mails, "50", 100000);
  const size = field("mh-q-size", WORDS.size, "300", 1000000);
  const days = field("mh-q-days", WORDS.days, place.dataset.days ?? "", 3650);
  const unit = make("select", { id: "mh-q-unit" }, ...["KB", "MB"].map((u) => make("option", { value: u, textContent: u })));
  unit.setAttribute("aria-label", WORDS.unit);
  const note = make("p", { id: "mh-q-note", className: "mh-who__note", textContent: WORDS.never });
  days.input.setAttribute("aria-describedby", note.id);
  const status = make("p", { role: "status", id: "mh-q-answer" });

  // → the sentence to show
  const answer = () => {
    for (const { input } of [mails, size, days]) input.removeAttribute("aria-invalid");
    const forever = !days.input.value.trim();
    for (const one of forever ? [mails, size] : [mails, size, days]) {
      const typed = number(one.input), whole = one === days;
      if (typed > 0 && typed <= one.most && !(whole && !Number.isInteger(typed))) continue;
      one.input.setAttribute("aria-invalid", "true");
      return (whole ? WORDS.whole : WORDS.wrong)(one.name, one.most);
    }
    const daily = number(mails.input) * number(size.input) * UNITS[unit.value];
    const most = Math.floor(capacity / daily), kept = forever ? Infinity : number(days.input);
    if (kept <= most) {
      const used = daily * kept, percent = Math.round((used / capacity) * 100);
      return (used > capacity * TIGHT ? WORDS.tight : WORDS.fits)(shown(used), percent ? `約${percent}%` : "1%未満", mailbox);
    }
    return (most ? WORDS.full(most.toLocaleString("ja-JP"), mailbox) : WORDS.today(mailbox))
      + (Math.floor(most * TIGHT) ? WORDS.keep(Math.floor(most * TIGHT).toLocaleString("ja-JP")) : WORDS.less);
  };

  const form = make("form", { className: "mh-panel mh-quota", noValidate: true },
    mails.label, mails.input,
    size.label, make("span", { className: "mh-who__row" }, size.input, unit),
    days.label, days.input, note,
    make("p", {}, make("button", { className: "mh-button", textContent: WORDS.button })), status);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    status.textContent = answer();
    form.querySelector("[aria-invalid]")?.focus();
  });
  place.append(form);
})();
