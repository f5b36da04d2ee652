// Small helpers on top of pages that are complete without them.
(() => {
  "use strict";
  const PLACEHOLDER = "アカウント名", COPY = "コピー", COPIED = "コピーしました", FAILED = "コピーできません";

  const button = (code) => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "mh-copy";
    element.textContent = COPY;
    element.setAttribute("aria-label", `${code.textContent} を${COPY}`);
    element.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        element.textContent = COPIED;
      } catch {
        element.textContent = FAILED;
      }
      setTimeout(() => { element.textContent = COPY; }, 2000);
    });
    return element;
  };

  // What is still to be replaced: 「アカウント名」, or words instead of a domain behind the @.
  const placeholder = (text) => text.includes(PLACEHOLDER) || /@[^.]*$/.test(text);

  // A button beside every value that people would otherwise have to type.
  // An address with the placeholder still in it is nothing to paste anywhere; account.js says when it was filled in.
  const place = () => {
    for (const code of document.querySelectorAll("code[data-copy]")) {
      if (code.nextElementSibling?.className === "mh-copy") code.nextElementSibling.remove();
      if (!placeholder(code.textContent)) code.after(button(code));
    }
  };
  document.addEventListener("mailhelp:account", place);
  place();
})();
