/** Smooths the results of single frames into one calm answer, by exponential moving averages. Uses no DOM. */

/** Weight of the newest frame; the last two frames make up half of an average. */
export const WEIGHT = 0.3;
const MAX_PREDICTIONS = 5;
/** An entry is removed below this share of its first weight, after about thirteen frames without it. */
const MIN_SHARE = 0.01;

/** @typedef {{weight: number, score: number, result: Result}} Vote */

export class Smoother {
  /** @type {Map<string, Vote>} by answer */ #votes = new Map();
  /** @type {Map<number, Prediction>} by class index */ #predictions = new Map();

  /** Add the result of a frame and return the smoothed result. @param {Result} result @returns {Result} */
  add(result) {
    this.#addVote(result);
    this.#addPredictions(result.predictions);
    const [winner] = [...this.#votes.values()].sort((a, b) => b.weight - a.weight);
    const predictions = [...this.#predictions.values()].sort((a, b) => b.score - a.score).slice(0, MAX_PREDICTIONS);
    return { ...result, squirrel: winner.result.squirrel, verdict: { ...winner.result.verdict, score: winner.score }, predictions };
  }

  /** Add the weight of a frame to its answer, whose score is the average over the frames with this answer. @param {Result} result */
  #addVote(result) {
    const { squirrel, verdict: { kind, headline, score } } = result;
    const key = squirrel === "yes" ? "squirrel" : `${kind} ${headline}`;
    decay(this.#votes, "weight");
    const vote = this.#votes.get(key) ?? { weight: 0, score };
    this.#votes.set(key, { weight: vote.weight + WEIGHT, score: vote.score + WEIGHT * (score - vote.score), result });
  }

  /** Average the scores. A class that a frame does not name counts as 0. @param {Prediction[]} predictions */
  #addPredictions(predictions) {
    const isFirst = !this.#predictions.size;
    decay(this.#predictions, "score");
    for (const prediction of predictions) {
      const average = this.#predictions.get(prediction.index)?.score ?? 0;
      const score = isFirst ? prediction.score : average + WEIGHT * prediction.score;
      this.#predictions.set(prediction.index, { ...prediction, score });
    }
  }
}

/**
 * Reduce `field` of all entries by one frame and remove those that no longer count.
 *
 * @param {Map<unknown, any>} entries
 * @param {"weight" | "score"} field
 */
function decay(entries, field) {
  for (const [key, entry] of entries) {
    entry[field] *= 1 - WEIGHT;
    if (entry[field] < MIN_SHARE * WEIGHT) entries.delete(key);
  }
}

/** Measures the answers per second, over the last ten answers. */
export class FrameRate {
  /** @type {number[]} */ #times = [];

  /** Add an answer and return the rate; 0 for the first one. @param {number} now in milliseconds */
  add(now) {
    this.#times = [...this.#times, now].slice(-10);
    const ms = now - this.#times[0];
    return ms > 0 ? ((this.#times.length - 1) * 1000) / ms : 0;
  }
}
