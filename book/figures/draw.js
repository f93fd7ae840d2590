/** Builds HTML, SVG and charts. Figures import it; in a notebook's widget it is pasted in. */

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. A function among the attributes listens to the event of that name. */
export function html(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** An SVG element, made like `html`. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** Give an element its attributes, listeners and children; `false` and `null` leave one out. */
function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false && value != null) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null));
  return element;
}

/** A word with its leading space made visible; the marks of a text get a name. */
export function token(word) {
  const names = { "<s>": "start", "</s>": "end of text", "\n": "new paragraph", " ": "rare word" };
  if (names[word]) return html("span", { class: "fig-token fig-mark" }, names[word]);
  const space = word.startsWith(" ") ? html("span", { class: "fig-space" }, "␣") : null;
  return html("span", { class: "fig-token" }, space, word.trimStart());
}

/** Fill a figure's host: its title, how to use it, and its parts. */
export function show(host, title, how, ...parts) {
  host.classList.add("figure-host");
  host.setAttribute("role", "figure");
  host.setAttribute("aria-label", title);
  host.replaceChildren(html("p", { class: "fig-how" }, html("b", {}, `${title}. `), how), ...parts);
}

/** One choice out of a few: `options` are [value, label]. A form keeps the group to itself. */
export function choice(legend, options, chosen, choose) {
  const inputs = options.map(([value, label]) => html("label", {},
    html("input", { type: "radio", name: "choice", value, checked: value === chosen,
      change: () => choose(value) }), html("span", {}, label)));
  const group = html("fieldset", { class: "fig-choice" }, html("legend", {}, legend), inputs);
  return html("form", { submit: (event) => event.preventDefault() }, group);
}

/** A share as a percentage with a sensible number of digits. */
export function percent(share) {
  if (share > 0 && share < 5e-5) return "< 0.01\u00a0%";
  const digits = share === 0 || share >= 0.1 ? 0 : share >= 0.01 ? 1 : 2;
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}

/**
 * The frame of a chart: axes, ticks [value, label] and a place for marks.
 * `x` and `y` are [low, high]; returns the `<svg>`, and `at(x, y)` in pixels.
 */
export function chart({ width, height, x, y, xTicks, yTicks, xLabel, yLabel, label, right = 12 }) {
  const [left, top, bottom] = [40, 24, 44];
  const scale = ([low, high], from, to) => (v) => from + (to - from) * (v - low) / (high - low);
  const px = scale(x, left, width - right), py = scale(y, height - bottom, top);
  const at = (a, b) => [px(a), py(Math.min(Math.max(b, y[0]), y[1]))];
  const node = svg("svg", { class: "fig-chart", width, height, role: "img", "aria-label": label },
    yTicks.map(([v, name]) => [
      svg("line", { class: "fig-grid", x1: left, x2: width - right, y1: py(v), y2: py(v) }),
      svg("text", { x: left - 8, y: py(v) + 4, "text-anchor": "end" }, name)]),
    xTicks.map(([v, name]) =>
      svg("text", { x: px(v), y: height - bottom + 18, "text-anchor": "middle" }, name)),
    svg("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, xLabel),
    svg("text", { x: 0, y: 12 }, yLabel));
  return { node, at };
}

/** The height nearest to `y` at which a line of text strikes none of some heights, in pixels. */
export function clear(y, heights) {
  const strikes = (at) => heights.some((height) => height > at - 13 && height < at + 5);
  const moves = Array.from({ length: 60 }, (_, i) => [i, -i]).flat();
  return y + (moves.find((move) => !strikes(y + move)) ?? 0);
}

/** Unpack gzip; bytes that a server has unpacked on the way stay as they are. */
export async function unzip(packed) {
  const blob = new Blob([packed]), start = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (start[0] !== 0x1f || start[1] !== 0x8b) return blob.arrayBuffer();
  return new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** A line through points in pixels; points that are not finite are left out. */
export function line(points, attributes) {
  const finite = points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  return svg("polyline", { fill: "none", points: finite.join(" "), ...attributes });
}

/** Draw now and whenever the element gets another width. */
export function onWidth(element, draw) {
  let width = 0;
  new ResizeObserver(() => {
    if (element.clientWidth === width || !element.clientWidth) return;
    width = element.clientWidth;
    draw(width);
  }).observe(element);
}

/** Call `frame` with 0 to 1 over some milliseconds; with 1 at once where motion is not wanted. */
export function animate(duration, frame) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return frame(1);
  const start = performance.now();
  const step = (now) => {
    const share = Math.min(1, (now - start) / duration);
    frame(share);
    if (share < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/** A bigram's mark of a text's beginning, and of its end. */
export const [START, END] = ["<s>", "</s>"];

/** The sentences of a text, one a line, each as its words between the two marks. */
export function sentences(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line);
  return lines.map((line) => [START, ...line.split(/\s+/), END]);
}
