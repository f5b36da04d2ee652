// Puts back the light or dark scheme that was chosen, before the page is painted.
(() => {
  "use strict";
  const chosen = window.__md_get("__palette");
  if (!chosen?.color) return;
  if (chosen.color.media === "(prefers-color-scheme)") {
    const scheme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
    const input = document.querySelector(`[data-md-color-media="(prefers-color-scheme: ${scheme})"]`);
    for (const name of ["media", "scheme", "primary", "accent"]) {
      chosen.color[name] = input.getAttribute(`data-md-color-${name}`);
    }
  }
  for (const [name, value] of Object.entries(chosen.color)) {
    if (value !== null) document.body.setAttribute(`data-md-color-${name}`, value);
  }
})();
