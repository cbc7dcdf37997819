/** One calm answer from many frames: exponential means of what was said and of the scores. Pure. */

/** The share of the newest frame: half of a mean is from the last two. */
export const SHARE = 0.3;
const SHOWN = 5;
/** Below it, a name has not been said for about ten frames. */
const FORGOTTEN = 0.01;

export class Smoother {
  #said = new Map();
  #scores = new Map();

  /** Takes the result of a frame; gives one of the same shape, the mean of the last few. */
  add(result) {
    this.#vote(result);
    this.#average(result.predictions);
    const [winner] = [...this.#said.values()].sort((one, other) => other.weight - one.weight);
    const predictions = [...this.#scores.values()].sort((one, other) => other.score - one.score).slice(0, SHOWN);
    return { ...result, squirrel: winner.result.squirrel, verdict: { ...winner.result.verdict, score: winner.score }, predictions };
  }

  /** What was said most of late is the answer; its score is the mean of the frames that said it. */
  #vote(result) {
    const { squirrel, verdict: { kind, headline, score } } = result;
    const key = squirrel === "yes" ? "squirrel" : `${kind} ${headline}`;
    fade(this.#said, "weight");
    const before = this.#said.get(key) ?? { weight: 0, score };
    this.#said.set(key, { weight: before.weight + SHARE, score: mean(before.score, score), result });
  }

  /** A class that is not among a frame's best counts as 0 there. */
  #average(predictions) {
    const isFirst = !this.#scores.size;
    fade(this.#scores, "score");
    for (const prediction of predictions) {
      const before = this.#scores.get(prediction.index)?.score ?? 0;
      const score = isFirst ? prediction.score : before + SHARE * prediction.score;
      this.#scores.set(prediction.index, { ...prediction, score });
    }
  }
}

function mean(before, now) {
  return before + SHARE * (now - before);
}

function fade(known, field) {
  for (const [key, one] of known) {
    one[field] *= 1 - SHARE;
    if (one[field] < FORGOTTEN * SHARE) known.delete(key);
  }
}

/** Answers a second, over the last few of them. */
export class Pace {
  #times = [];

  /** `now` in milliseconds. 0 until there are two. */
  add(now) {
    this.#times = [...this.#times, now].slice(-10);
    const ms = now - this.#times[0];
    return ms > 0 ? ((this.#times.length - 1) * 1000) / ms : 0;
  }
}
