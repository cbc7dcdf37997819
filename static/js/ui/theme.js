/* Applies the chosen colour theme. A classic script in the head, so that it runs before the first paint. */
"use strict";

(() => {
  const STORAGE_KEY = "theme";
  const THEMES = ["auto", "light", "dark"];
  const root = document.documentElement;

  const loadTheme = () => {
    try {
      const theme = localStorage.getItem(STORAGE_KEY) ?? "";
      return THEMES.includes(theme) ? theme : "auto";
    } catch {
      return "auto"; // the browser blocks storage
    }
  };

  /** @param {string} theme */
  const storeTheme = (theme) => {
    try {
      localStorage.setItem(STORAGE_KEY, theme);
    } catch {
      // without storage the theme applies to this page only
    }
  };

  /** @param {HTMLElement} button */
  const updateLabel = (button) => {
    button.title = button.ariaLabel = button.dataset[root.dataset.theme ?? ""] ?? "";
  };

  /** @param {HTMLElement} button */
  const switchTheme = (button) => {
    const theme = THEMES[(THEMES.indexOf(root.dataset.theme ?? "") + 1) % THEMES.length];
    root.dataset.theme = theme;
    storeTheme(theme);
    updateLabel(button);
  };

  root.dataset.theme = loadTheme();
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => switchTheme(button));
    updateLabel(button);
  });
})();
