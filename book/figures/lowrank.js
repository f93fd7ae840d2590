/**
 * A low-rank update as pictures: the weight, the outer products of B's columns and A's rows as they
 * are added one after the other, and the weight after the merge.
 */
import { animate, html, onWidth, show, svg } from "./draw.js";

export const DATA = "lowrank.json";

/** The product of the first r columns of B (out, R) and rows of A (R, in). */
export function update(A, B, r) {
  return B.map((row) => A[0].map((_, j) => row.slice(0, r).reduce((sum, b, k) => sum + b * A[k][j], 0)));
}

/** W plus a factor times the update of rank r. */
export function merged(W, A, B, r, scale) {
  const change = update(A, B, r);
  return W.map((row, i) => row.map((w, j) => w + scale * change[i][j]));
}

/** How many independent rows a matrix has, by elimination. */
export function rank(matrix, tolerance = 1e-9) {
  const rows = matrix.map((row) => [...row]);
  let found = 0;
  for (let column = 0; column < rows[0].length && found < rows.length; column++) {
    let best = found;
    for (let i = found; i < rows.length; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[best][column])) best = i;
    if (Math.abs(rows[best][column]) <= tolerance) continue;
    [rows[found], rows[best]] = [rows[best], rows[found]];
    for (let i = found + 1; i < rows.length; i++) {
      const factor = rows[i][column] / rows[found][column];
      for (let j = column; j < rows[0].length; j++) rows[i][j] -= factor * rows[found][j];
    }
    found++;
  }
  return found;
}

/** Numbers that are stored: the two thin matrices, and the whole one. */
export function stored(out, n, r) {
  return [r * (out + n), out * n];
}

/** A matrix as a picture: strong is large, the second colour negative. */
function picture(name, matrix, size, largest) {
  const [out, n] = [matrix.length, matrix[0].length];
  const node = svg("svg", { class: "fig-chart", width: n * size + 2, height: out * size + 2, role: "img", "data-name": name,
    "aria-label": `${name}, ${out} by ${n}: numbers from ${Math.min(...matrix.flat()).toFixed(2)} to ${Math.max(...matrix.flat()).toFixed(2)}` },
    matrix.flatMap((row, i) => row.map((value, j) => svg("rect", { x: 1 + j * size, y: 1 + i * size, width: size, height: size,
      fill: value < 0 ? "var(--warm)" : "var(--accent)", "fill-opacity": Math.min(1, Math.abs(value) / largest).toFixed(3),
      stroke: "var(--rule)", "stroke-width": 0.5 }))));
  return html("div", {}, html("p", { class: "fig-note" }, name), node);
}

/** Show the figure; `data` is what `minillm.figures.finetuning.lowrank_data` returns. */
export function mount(el, data) {
  const { W, A, B } = data, R = A.length;
  let r = 1, scale = 1, isMerged = false, share = 1;
  const panels = html("div", { class: "fig-panels" }), note = html("p", { class: "fig-note", role: "status" });
  const said = { r: html("span"), scale: html("span") };
  const slider = (name, min, max, step, value, set) => html("label", { class: "fig-field" }, said[name],
    html("input", { type: "range", min, max, step, value, "data-name": name, input: (event) => { set(Number(event.target.value)); draw(); } }));
  const button = html("button", { type: "button", class: "fig-button", "aria-pressed": "false", click: () => {
    isMerged = !isMerged;
    button.setAttribute("aria-pressed", String(isMerged));
    button.textContent = isMerged ? "unmerge" : "merge";
    animate(600, (t) => { share = t; draw(); });
  } }, "merge");
  function draw() {
    const width = panels.clientWidth || 600;
    const size = Math.max(7, Math.min(15, Math.floor((width - 60) / (width < 480 ? 13 : 34))));
    const change = update(A, B, r).map((row) => row.map((v) => scale * v));
    const shownShare = isMerged ? share : 1 - share;
    const largest = Math.max(...W.flat().map(Math.abs), ...update(A, B, R).flat().map((v) => 2 * Math.abs(v))) * 0.7;
    const now = W.map((row, i) => row.map((w, j) => w + shownShare * change[i][j]));
    said.r.textContent = `rank r = ${r}`;
    said.scale.textContent = `factor alpha / r = ${scale.toFixed(2)}`;
    panels.replaceChildren(
      picture(isMerged ? "W + update" : "W", now, size, largest),
      picture("B", B.map((row) => row.slice(0, r)), size, 2),
      picture("A", A.slice(0, r), size, 2),
      picture("update", change, size, largest));
    const [few, all] = stored(W.length, W[0].length, r);
    note.textContent = `The update has rank ${rank(update(A, B, r))}: ${r === 1 ? "each row is the same stripe, stronger or weaker" :
      `a sum of ${r} pictures of stripes`}. A and B hold ${few} numbers, W holds ${all}.`;
  }
  show(el, "A low-rank update", "Raise the rank: another outer product is added. The factor makes the whole update stronger. " +
    "Merge writes it into the weight. One colour is positive, the other negative.",
    html("div", { class: "fig-controls" }, slider("r", 1, R, 1, r, (v) => { r = v; }),
      slider("scale", 0, 2, 0.05, scale, (v) => { scale = v; }), button), panels, note);
  draw();
  onWidth(panels, draw);
}

export default { render: ({ model, el }) => mount(el, model.get("data")) };
