/** Byte-level BPE in a page, as `minillm.tokenizer` does it; figures import it. */

export const FIRST = 258;  // the first id that a merge makes
const UTF8 = new TextEncoder(), STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const key = (left, right) => left * 65536 + right;

/** A tokenizer out of the data of `merges_data`: ranks by pair, and each token's bytes. */
export function tokenizer({ pattern, bytes, corpora }, name) {
  const { merges, counts } = corpora[name], ranks = new Map(), spelled = [[], []];
  bytes.forEach((id, byte) => { spelled[id] = [byte]; });
  for (let rank = 0; 2 * rank < merges.length; rank++) {
    const [left, right] = merges.slice(2 * rank, 2 * rank + 2);
    ranks.set(key(left, right), rank);
    spelled.push([...spelled[left], ...spelled[right]]);
  }
  const known = new Map(spelled.map((token, id) => [String(token), id]).slice(2));
  const longest = Math.max(...spelled.map((token) => token.length));
  return { pattern: new RegExp(pattern, "gu"), bytes, merges, counts, ranks, spelled, known, longest };
}

/** The pieces of a text, which are merged one by one. */
export function cut({ pattern }, text) {
  return text.match(pattern) ?? [];
}

/** The ids of a piece after the first `n` merges: the pair of the lowest rank first. */
function merged({ bytes, ranks }, piece, n) {
  const ids = [...UTF8.encode(piece)].map((byte) => bytes[byte]);
  for (;;) {
    let best = n, at = -1;
    for (let t = 0; t + 1 < ids.length; t++) {
      const rank = ranks.get(key(ids[t], ids[t + 1])) ?? n;
      if (rank < best) [best, at] = [rank, t];
    }
    if (at < 0) return ids;
    ids.splice(at, 2, FIRST + best);
  }
}

/** The ids of a text after the first `n` merges. */
export function encode(model, text, n = Infinity) {
  return cut(model, text).flatMap((piece) => merged(model, piece, n));
}

/** The same vocabulary, but the longest token that fits is taken, from left to right. */
export function longestMatch(model, text, n = Infinity) {
  return cut(model, text).flatMap((piece) => {
    const data = [...UTF8.encode(piece)], ids = [];
    for (let t = 0; t < data.length;) {
      let end = Math.min(data.length, t + model.longest), id;
      do {
        id = model.known.get(String(data.slice(t, end)));
        end--;
      } while (id === undefined || id >= FIRST + n);
      ids.push(id);
      t = end + 1;
    }
    return ids;
  });
}

/** The numbers of the merges (from 1) that change a text: at each of them its tokens differ. */
export function steps(model, text) {
  const found = [];
  for (let n = 0; ;) {
    const ids = encode(model, text, n), pairs = ids.slice(1).map((id, t) => [ids[t], id]);
    const after = nextMerge(model, text, ids, pairs, n);
    if (after === null) return found;
    found.push(n = after);
  }
}

/** The number of the next merge, after `n`, that a pair within a piece is waiting for. */
function nextMerge(model, text, ids, pairs, n) {
  const ends = new Set();
  cut(model, text).reduce((end, piece) => {
    const next = end + merged(model, piece, n).length;
    ends.add(next);
    return next;
  }, 0);
  const waiting = pairs.filter((_, t) => !ends.has(t + 1))
    .map(([left, right]) => model.ranks.get(key(left, right))).filter((rank) => rank >= n);
  return waiting.length ? Math.min(...waiting) + 1 : null;
}

/** The ids of a text's words, an unknown one spelled in bytes, as `WordVocabulary` writes it. */
export function encodeWords(ids, pieces) {
  return pieces.flatMap((word) => (ids.has(word) ? [ids.get(word)]
    : [...UTF8.encode(word)].map((byte) => byte + 2)));
}

/** The text of some bytes, spaces made visible; what is no UTF-8 in hexadecimal digits. */
export function readable(data) {
  try {
    return STRICT.decode(new Uint8Array(data)).replaceAll(" ", "␣").replaceAll("\n", "↵");
  } catch {
    return [...data].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
}
