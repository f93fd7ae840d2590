/**
 * Brings a page of the book to life; loads only what the page holds. To write in a chapter (MyST):
 *
 *   A figure (the name of a module), with a sentence for readers without JavaScript. A module that
 *   names no DATA is mounted on the host's own `data-` attributes:
 *
 *     ```{raw} html
 *     <div class="figure-host" data-figure="explorer">
 *     <p>This figure moves with JavaScript, on a page that a server sends: in a copy of the
 *     course, run <code>make serve</code> and open <code>http://localhost:8000</code>.</p>
 *     </div>
 *     ```
 *
 *   A quiz: questions in a numbered list, choices in a task list, [x] at the right one, and below
 *   each choice a list of one item that explains it (a list that begins with 7. goes on counting
 *   from there). Without JavaScript the marks and the explanations stay hidden:
 *
 *     :::{div} quiz
 *     1. What does a bigram model look at?
 *
 *        - [ ] The whole text
 *          - Its history ends one word back.
 *        - [x] The last word
 *          - Order 2 means one word of history.
 *     :::
 *
 *   Predict, then reveal: a question, then cells whose output is folded and dropdowns of class
 *   `answer` (or a dropdown inside the question). Reveal opens all of them:
 *
 *     :::{div} predict
 *     How many bits per byte will order 2 need?
 *     :::
 *
 *     ```{code-cell} ipython3
 *     :tags: [hide-output]
 *     bits_per_byte(model, valid)
 *     ```
 *
 *     :::{dropdown} What it says
 *     :class-container: answer
 *     More than most readers guess.
 *     :::
 */

/** The data that a figure mounts: bytes, or what JSON says, be it packed or not. */
async function load(name) {
  const response = await fetch(new URL(`data/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  if (name.endsWith(".bin")) return response.arrayBuffer();
  const { unzip } = await import("./draw.js");
  return JSON.parse(new TextDecoder().decode(await unzip(await response.arrayBuffer())));
}

/** Load a figure's module and data and mount it; on a failure the host says so. */
async function mountFigure(host) {
  try {
    const module = await import(`./${host.dataset.figure}.js`);
    await module.mount(host, module.DATA ? await load(module.DATA) : { ...host.dataset });
    host.dataset.ready = "true";
  } catch (error) {
    host.textContent = `This figure could not be loaded (${error.message}). ` +
      "Load the page again; a copy of the course on your own machine needs make serve.";
  }
}

/** Mount each figure shortly before the reader scrolls to it. */
function mountInTime(hosts) {
  const watcher = new IntersectionObserver((entries) => {
    for (const { target } of entries.filter((entry) => entry.isIntersecting)) {
      watcher.unobserve(target);
      mountFigure(target);
    }
  }, { rootMargin: "800px" });
  for (const host of hosts) {
    host.dataset.loading = "true";  // keeps room, so that the page does not jump
    watcher.observe(host);
  }
}

mountInTime(document.querySelectorAll(".figure-host[data-figure]"));
for (const name of ["quiz", "predict"]) {
  const blocks = document.querySelectorAll(`div.${name}`);
  if (blocks.length) import(`./${name}.js`).then((module) => blocks.forEach(module.mount));
}
