/** Cuts a text into words as `minillm.corpus.words` does. */

const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LETTERS = "[\\p{L}\\p{Nl}\\p{No}]+";
const WORD = new RegExp(
  ` ?${LETTERS}|['’]${LETTERS}| ?\\p{Nd}+| ?-+| ?[^${SPACE}]|[${SPACE}]`, "gu");

/** Words that carry their leading space. */
export function words(text) {
  return text.match(WORD) ?? [];
}
