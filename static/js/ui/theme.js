/* Classic and in the head, so that a chosen theme is there before the first pixel. */
"use strict";

(() => {
  const KEY = "theme";
  const THEMES = ["auto", "light", "dark"];
  const root = document.documentElement;

  const chosen = () => {
    try {
      const kept = localStorage.getItem(KEY);
      return THEMES.includes(kept) ? kept : "auto";
    } catch {
      return "auto"; // storage may be switched off
    }
  };

  const keep = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // then it holds for this page only
    }
  };

  const next = () => {
    root.dataset.theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    keep(root.dataset.theme);
    label();
  };

  const label = () => {
    const button = document.getElementById("theme");
    const text = button.dataset[root.dataset.theme];
    button.setAttribute("aria-label", text);
    button.title = text;
  };

  const wire = () => {
    const button = document.getElementById("theme");
    button.hidden = false;
    button.addEventListener("click", next);
    label();
  };

  root.dataset.theme = chosen();
  document.addEventListener("DOMContentLoaded", wire);
})();
