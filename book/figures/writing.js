/** Texts longer than the context, token by token: as `minillm.windowed` has it, number by number. */
import { newState, read, softmax } from "./minillm.js";

const [OPENS, CLOSES] = [0, 1];  // the ids of <s> and </s>

/** The next token's probabilities: those of the logits, `<s>` left out. */
export function nextShares(logits, temperature = 1) {
  return softmax(logits.map((z, id) => (id === OPENS ? -Infinity : z)), temperature);
}

/** The id on whose share of the line from 0 to 1 a number u lies. */
export function choose(shares, u) {
  let end = 0;
  for (let id = 0; id < shares.length; id++) {
    end += shares[id];
    if (u < end) return id;
  }
  return shares.length - 1;
}

/**
 * A model that reads a text and goes on: `ids`, the `shares` of what comes next, and for each id but
 * the first its surprise in `bits`. When the context is full, it reads the last half of it again.
 * `passes` counts the tokens that it has read. Without a cache each token costs all those before it.
 */
export function writer(model, cached = true) {
  const { context } = model.config, half = Math.floor(context / 2);
  let state = newState(model), read_ = 0, seen = [];
  const self = { ids: [], bits: [], shares: null, start: 0, passes: 0, again: 0, append, cut };
  function forward(ids) {
    if (!cached) {
      state = newState(model);
      seen.push(...ids);
      ids = seen;
    }
    self.passes += ids.length;
    read_ = cached ? read_ + ids.length : ids.length;
    return read(model, state, ids);
  }
  function begin(ids) {
    state = newState(model);
    [read_, seen, self.start] = [0, [], self.ids.length - ids.length];
    return forward(ids);
  }
  /** Read one more id. */
  function append(id) {
    if (self.shares) self.bits.push(-Math.log2(self.shares[id]));
    self.ids.push(id);
    let traces;
    if (read_ === context) {
      self.again += 1;
      traces = begin(self.ids.slice(-half));
    } else traces = forward([id]);
    self.shares = nextShares(traces.at(-1).logits);
    self.logits = traces.at(-1).logits;
    return self;
  }
  /** Go back to the first n ids: what came behind is forgotten. */
  function cut(n) {
    const ids = self.ids.slice(0, n);
    Object.assign(self, { ids: [], bits: [], shares: null, start: 0 });
    [state, read_, seen] = [newState(model), 0, []];
    ids.forEach(append);
    return self;
  }
  return self;
}

/** New ids behind those of a text, decided by given numbers, up to the end of the text. */
export function continueText(model, ids, numbers) {
  const own = writer(model), { context } = model.config, made = [];
  // A text beyond the context is read from its last half on.
  const given = ids.length <= context ? ids : ids.slice(-Math.floor(context / 2));
  given.forEach(own.append);
  for (const u of numbers) {
    const id = choose(own.shares, u);
    if (id === CLOSES) break;
    made.push(id);
    own.append(id);
  }
  return made;
}

/** The bytes that ids stand for. */
export function bytesOf(model, ids) {
  return ids.reduce((n, id) => n + (id > CLOSES ? model.tokenizer.spelled[id].length : 0), 0);
}

/** Bits per byte of what was read, its end not counted, by the surprise of its tokens. */
export function bitsPerByte(bits, nBytes) {
  return nBytes ? bits.reduce((a, b) => a + b, 0) / nBytes : 0;
}
