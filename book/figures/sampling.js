/** The rules of sampling on one row of logits: those of `minillm.decoding`, number by number. */
import { softmax } from "./minillm.js";

/** Logits without the tokens that `keep(logit, id)` refuses. */
const keeping = (logits, keep) => logits.map((z, id) => (keep(z, id) ? z : -Infinity));

/** The id of the largest logit; of equals the smallest. */
export function greedy(logits) {
  return logits.reduce((best, z, id) => (z > logits[best] ? id : best), 0);
}

/** Logits of tokens that were there divided by the penalty; negative ones multiplied. */
export function penalise(logits, ids, penalty) {
  const seen = new Set(ids);
  return logits.map((z, id) => (!seen.has(id) ? z : z < 0 ? z * penalty : z / penalty));
}

/** Logits over a temperature; at 0 the greedy choice alone. */
export function heat(logits, tau) {
  if (tau >= 1e-6) return logits.map((z) => z / tau);
  const best = greedy(logits);
  return keeping(logits, (z, id) => id === best);
}

/** The k largest, and all that equal the last of them. */
export function topK(logits, k) {
  const kth = [...logits].sort((a, b) => b - a)[Math.min(k, logits.length) - 1];
  return keeping(logits, (z) => z >= kth);
}

/** The smallest set whose probabilities reach p; the token that crosses p is in it. */
export function topP(logits, p) {
  if (p >= 1) return logits;
  const shares = softmax(logits), worst = [...logits.keys()].sort((a, b) => logits[a] - logits[b] || a - b);
  const dropped = new Set();
  let sum = 0;
  for (const id of worst.slice(0, -1)) {  // one always stays
    sum += shares[id];
    if (sum > 1 - p) break;
    dropped.add(id);
  }
  return keeping(logits, (z, id) => !dropped.has(id));
}

/** What is at least p times as likely as the best. */
export function minP(logits, p) {
  if (p <= 0) return logits;
  const shares = softmax(logits), bar = p * Math.max(...shares);
  return keeping(logits, (z, id) => shares[id] >= bar);
}

/** How each rule is called, when it does nothing, and what it does to (logits, ids, setting). */
export const RULES = {
  penalty: { label: "Repetition penalty", off: 1, apply: penalise },
  temperature: { label: "Temperature", off: 1, apply: (z, ids, tau) => heat(z, tau) },
  top_k: { label: "Top-k", off: 0, apply: (z, ids, k) => topK(z, k) },
  top_p: { label: "Top-p", off: 1, apply: (z, ids, p) => topP(z, p) },
  min_p: { label: "Min-p", off: 0, apply: (z, ids, p) => minP(z, p) },
};

/** The logits after all rules in this order; a rule whose setting is `off` does nothing. */
export function filtered(logits, ids, settings, order = Object.keys(RULES)) {
  return order.reduce((z, name) => (settings[name] === undefined || settings[name] === RULES[name].off
    ? z : RULES[name].apply(z, ids, settings[name])), logits);
}

/** The id at which the sum of the shares passes u, a number from 0 to 1. */
export function pick(shares, u) {
  let sum = 0, last = 0;
  for (let id = 0; id < shares.length; id++) {
    if (!shares[id]) continue;
    last = id;
    sum += shares[id];
    if (u < sum) return id;
  }
  return last;
}

/** Surprise that is expected, in bits. */
export function entropy(shares) {
  return shares.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
}
