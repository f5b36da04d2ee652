// What the theme's bundle expects to find: the root of this copy of the help, and small values kept per copy.
(() => {
  "use strict";
  const scope = new URL(document.currentScript.dataset.base, location);
  const key = (name, base) => `${base.pathname}.${name}`;
  window.__md_scope = scope;
  window.__md_hash = (text) => [...text].reduce((hash, c) => (hash << 5) - hash + c.charCodeAt(0), 0);
  window.__md_get = (name, storage = localStorage, base = scope) => JSON.parse(storage.getItem(key(name, base)));
  window.__md_set = (name, value, storage = localStorage, base = scope) => {
    try {
      storage.setItem(key(name, base), JSON.stringify(value));
    } catch {
      // A full or forbidden storage only means that a choice is not remembered.
    }
  };
})();
