import js from "@eslint/js";
import globals from "globals";

const GLOSSARY = ["again", "asked", "fault", "found", "heard", "kept", "line", "one", "refusal", "said", "them", "who", "whose", "wish"];
const MARKUP = ["innerHTML", "outerHTML", "insertAdjacentHTML", "write", "writeln"];

export default [
  { ignores: ["**/node_modules/", "**/.venv*/", "var/", "test-results/", "infrastructure/"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      complexity: ["error", 14],
      eqeqeq: "error",
      "id-denylist": ["error", ...GLOSSARY], // see docs/glossary.md
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", 50],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": ["error", ...MARKUP.map((property) => ({ property, message: "Build elements instead of markup." }))],
      "no-shadow": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  { files: ["static/**"], languageOptions: { globals: globals.browser } },
  { files: ["static/js/photo/resize-worker.js"], languageOptions: { globals: globals.worker } },
  { files: ["static/js/ui/theme.js"], languageOptions: { sourceType: "script" } },
  { files: ["tests/js/**"], languageOptions: { globals: globals.node } },
];
