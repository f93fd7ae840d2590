/**
 * Brings a page of the book to life; loads only what the page holds. To write in a chapter (MyST):
 *
 *   A figure (shannon, explorer or smoothing), with a sentence for readers without JavaScript:
 *
 *     ```{raw} html
 *     <div class="figure-host" data-figure="explorer">
 *     <p>This figure moves with JavaScript, on a page that a server sends: in a copy of the
 *     course, run <code>make serve</code> and open <code>http://localhost:8000</code>.</p>
 *     </div>
 *     ```
 *
 *   A quiz: questions in a numbered list, choices in a task list, [x] at the right one, and after
 *   the first dash between spaces what there is to say about the choice (a list that begins with 7.
 *   goes on counting from there):
 *
 *     :::{div} quiz
 *     1. What does a bigram model look at?
 *
 *        - [ ] The whole text — Its history ends one word back.
 *        - [x] The last word — Order 2 means one word of history.
 *     :::
 *
 *   Predict, then reveal: a question, then a cell whose output is folded (or, inside, a dropdown):
 *
 *     :::{div} predict
 *     How many bits per byte will order 2 need?
 *     :::
 *
 *     ```{code-cell} ipython3
 *     :tags: [hide-output]
 *     bits_per_byte(model, valid)
 *     ```
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
    await module.mount(host, await load(module.DATA));
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
  hosts.forEach((host) => watcher.observe(host));
}

mountInTime(document.querySelectorAll(".figure-host[data-figure]"));
for (const name of ["quiz", "predict"]) {
  const blocks = document.querySelectorAll(`div.${name}`);
  if (blocks.length) import(`./${name}.js`).then((module) => blocks.forEach(module.mount));
}
