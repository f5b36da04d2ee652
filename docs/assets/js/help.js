// Small helpers on top of pages that are complete without them.
(() => {
  "use strict";
  const PLACEHOLDER = "アカウント名", COPY = "コピー", COPIED = "コピーしました", FAILED = "コピーできません";

  // A button beside every value that people would otherwise have to type.
  // An address with the placeholder still in it is nothing to paste anywhere.
  for (const code of document.querySelectorAll("code[data-copy]")) {
    if (code.textContent.includes(PLACEHOLDER)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "mh-copy";
    button.textContent = COPY;
    button.setAttribute("aria-label", `${code.textContent} を${COPY}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = COPIED;
      } catch {
        button.textContent = FAILED;
      }
      setTimeout(() => { button.textContent = COPY; }, 2000);
    });
    code.after(button);
  }
})();
