/** Results of the server for tests that build texts from them. */

/**
 * @param {Verdict["kind"]} kind
 * @param {string} headline
 * @param {{score?: number, squirrel?: Result["squirrel"], perhaps?: string, best?: string}} [fields] `best` has the highest score
 * @returns {Result}
 */
export function createResult(kind, headline, { score = 0.9, squirrel = "no", perhaps = "", best = "hen" } = {}) {
  return {
    id: "1", record: "2", squirrel, verdict: { kind, headline, perhaps, score, display: headline.replace(/^an? /, ""), reason: "" },
    predictions: [{ index: 8, display: best, score: 0.41, is_animal: true }],
    model: { name: "MobileNetV2", version: "1" }, timings: { total_ms: 30.6 },
  };
}

/** @param {Partial<BatchItem>} fields @returns {BatchItem} */
export function createItem(fields) {
  return { id: "1", file: new File([], "a.jpg"), path: "a.jpg", state: "answered", isKept: false, ...fields };
}
