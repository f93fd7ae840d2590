/**
 * The mini-LLM in a page: tokenizer, forward pass, and every number on the way. It reads the file
 * that `minillm.export` writes and needs nothing else.
 *
 *     const model = openModel(await fetchModel("data/mini_llm_austen.bin", (share) => ...));
 *     const state = newState(model);                       // keys and values of what was read
 *     const traces = read(model, state, toIds(model, "It is a truth"));
 *     softmax(traces.at(-1).logits)                        // the next token's probabilities
 *
 * Tokens are read one after the other, each with the keys and values of those before it: the same
 * numbers as a pass over all of them at once. `read` goes on from a state.
 */
import { encode, tokenizer } from "./bpe.js";

const BOS = 0;
const TEXT = new TextDecoder();

/** The bytes of a file, with the share that has come so far told to `progress`. */
export async function fetchModel(url, progress = () => {}) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for the model`);
  const total = Number(response.headers.get("content-length")), reader = response.body.getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    progress(total ? Math.min(1, size / total) : 0.5);
  }
  return new Blob(parts).arrayBuffer();
}

/** A model out of the bytes of a file: settings, tokenizer, weights, where it comes from. */
export function openModel(buffer) {
  const size = new DataView(buffer).getUint32(0, true), start = 4 + size;
  const header = JSON.parse(TEXT.decode(new Uint8Array(buffer, 4, size)));
  const weights = {};
  for (const [name, { shape, codes, scales, floats }] of Object.entries(header.tensors)) {
    const [rows, columns = 1] = shape;
    weights[name] = floats === undefined
      ? { rows, columns, codes: new Int8Array(buffer, start + codes, rows * columns),
        scales: new Float32Array(buffer, start + scales, rows) }
      : new Float32Array(buffer, start + floats, rows);
  }
  const { pattern, bytes, merges } = header.vocabulary;
  const cutter = tokenizer({ pattern, bytes, corpora: { own: { merges, counts: [] } } }, "own");
  return { config: header.config, provenance: header.provenance, tokenizer: cutter, weights };
}

/** The ids of a text, with the mark of its beginning in front. */
export function toIds(model, text) {
  return [BOS, ...encode(model.tokenizer, text)];
}

/** Nothing read yet: for each layer the keys and values of its tokens, added by `read`. */
export function newState(model) {
  return { length: 0, layers: Array.from({ length: model.config.n_layers }, () => ({ k: [], v: [] })) };
}

/** A matrix times a vector: each row's codes, then its scale. */
export function product({ rows, columns, codes, scales }, x) {
  const y = new Float64Array(rows);
  for (let r = 0, i = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < columns; c++, i++) sum += codes[i] * x[c];
    y[r] = sum * scales[r];
  }
  return y;
}

/** Row r of a matrix. */
function rowOf({ columns, codes, scales }, r) {
  return Float64Array.from(codes.subarray(r * columns, (r + 1) * columns), (code) => code * scales[r]);
}

/** A vector divided by its root mean square, times a weight. */
export function rmsNorm(x, weight, eps) {
  let square = 0;
  for (const a of x) square += a * a;
  const scale = 1 / Math.sqrt(square / x.length + eps);
  return x.map((a, i) => a * scale * weight[i]);
}

/** Turn the pairs (i, i + D/2) of each head by the angles position / theta^(2i/D). */
export function rotate(x, position, D, theta) {
  const y = new Float64Array(x.length), half = D / 2;
  for (let h = 0; h < x.length; h += D) {
    for (let i = 0; i < half; i++) {
      const angle = position * theta ** (-2 * i / D), cos = Math.cos(angle), sin = Math.sin(angle);
      y[h + i] = x[h + i] * cos - x[h + i + half] * sin;
      y[h + i + half] = x[h + i + half] * cos + x[h + i] * sin;
    }
  }
  return y;
}

/** Numbers as shares of 1: softmax(z / temperature), safe for large ones. */
export function softmax(z, temperature = 1) {
  const top = z.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = z.map((a) => Math.exp((a - top) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((a) => a / sum);
}

/** The n likeliest: [id, probability]. */
export function likeliest(probabilities, n) {
  return [...probabilities].map((p, id) => [id, p]).sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, n);
}

const plus = (x, y) => x.map((a, i) => a + y[i]);

/** One token of one layer's attention; its key and value are added to the layer's. */
function attendTo(model, layer, kept, x, position) {
  const { n_heads: H, n_kv_heads: shared, width, rope_theta: theta } = model.config;
  const HKv = shared ?? H, D = width / H, at = `blocks.${layer}.attention.`;
  const normed = rmsNorm(x, model.weights[`blocks.${layer}.attention_norm.weight`], model.config.eps);
  const qkv = product(model.weights[`${at}qkv.weight`], normed);
  const q = rotate(qkv.subarray(0, H * D), position, D, theta);
  const k = rotate(qkv.subarray(H * D, (H + HKv) * D), position, D, theta);
  const v = qkv.slice((H + HKv) * D);
  kept.k.push(k);
  kept.v.push(v);
  const seen = new Float64Array(width), scores = [], weights = [];
  for (let h = 0; h < H; h++) {
    const from = Math.floor(h * HKv / H) * D;  // consecutive heads share one
    const score = Float64Array.from(kept.k, (key) => {
      let sum = 0;
      for (let i = 0; i < D; i++) sum += q[h * D + i] * key[from + i];
      return sum / Math.sqrt(D);
    });
    const weight = softmax(score);
    weight.forEach((w, s) => { for (let i = 0; i < D; i++) seen[h * D + i] += w * kept.v[s][from + i]; });
    scores.push(score);
    weights.push(weight);
  }
  return { normed, q, k, v, scores, weights, seen, out: product(model.weights[`${at}out.weight`], seen) };
}

/** One token of one layer's feed-forward: down(silu(gate) * up). */
function feed(model, layer, x) {
  const at = `blocks.${layer}.feed_forward`;
  const normed = rmsNorm(x, model.weights[`${at}_norm.weight`], model.config.eps);
  const both = product(model.weights[`${at}.up.weight`], normed), n = both.length / 2;
  const hidden = both.subarray(0, n).map((a, i) => a / (1 + Math.exp(-a)) * both[n + i]);
  return { normed, hidden, out: product(model.weights[`${at}.down.weight`], hidden) };
}

/**
 * Read ids, after those that the state has. Returns what was computed for each token: `embedding`,
 * for each of the `layers` {attention: {normed, q, k, v, scores, weights, seen, out}, middle,
 * feed: {normed, hidden, out}, x}, then `last` (normed) and `logits`. `scores[h][s]` and
 * `weights[h][s]` are head h's at the token s, from the first token on.
 */
export function read(model, state, ids) {
  return ids.map((id) => {
    const position = state.length++, embedding = rowOf(model.weights["embedding.token.weight"], id);
    let x = embedding;
    const layers = state.layers.map((kept, layer) => {
      const attention = attendTo(model, layer, kept, x, position), middle = plus(x, attention.out);
      const fed = feed(model, layer, middle);
      x = plus(middle, fed.out);
      return { attention, middle, feed: fed, x };
    });
    const last = rmsNorm(x, model.weights["norm.weight"], model.config.eps);
    return { id, position, embedding, layers, last, logits: product(model.weights["head.weight"], last) };
  });
}

/** The bytes of an id as text, with what is no UTF-8 replaced. */
export function spell(model, id) {
  return id === BOS ? "<s>" : id === 1 ? "</s>" : TEXT.decode(new Uint8Array(model.tokenizer.spelled[id]));
}
