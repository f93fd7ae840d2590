/**
 * The search: asks Pagefind's index, shows the sections that it finds, and marks the words on the
 * page to which a hit leads. `course.js` loads it when a reader begins to search.
 */

const ROOT = new URL("../", import.meta.url);
const PARAMETER = "mark";        // of a hit's address: a word to mark
const MOST_SECTIONS = 4;        // of one page

let engine;

/** Pagefind, loaded at the first call. */
function pagefind() {
  engine ??= import(new URL("pagefind/pagefind.js", ROOT)).then(async (module) => {
    await module.options({ baseUrl: ROOT.pathname, highlightParam: PARAMETER, excerptLength: 22 });
    return module;
  });
  return engine;
}

/** The best sections of a page, best first: those with most of the words. */
function bestSections(page) {
  const weight = (section) => section.weighted_locations.reduce((sum, at) => sum + at.weight, 0);
  return [...page.sub_results].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_SECTIONS);
}

function element(tag, attributes, ...children) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
}

function drawPage(page) {
  const sections = bestSections(page).map((section) => element("li", {},
    element("a", { href: section.url }, section.title),
    element("p", { innerHTML: section.excerpt })));  // our own text, escaped by Pagefind
  return element("section", {}, element("h2", {}, page.meta.title), element("ul", {}, ...sections));
}

/** What a query finds, as elements; null where the reader has typed on meanwhile. */
async function find(query) {
  const search = await (await pagefind()).debouncedSearch(query, {}, 150);
  if (!search) return null;
  const pages = await Promise.all(search.results.slice(0, 10).map((hit) => hit.data()));
  const n = pages.length;
  const said = n ? `Found on ${n} ${n === 1 ? "page" : "pages"}:` : `Nothing found for “${query}”.`;
  return [element("p", {}, said), ...pages.map(drawPage)];
}

/** Show below a search field what it asks for, while the reader types. */
export function mount(form, hits) {
  const input = form.querySelector("input[name=q]");
  const show = async () => {
    const query = input.value.trim();
    try {
      const found = query ? await find(query) : [];
      if (found && query === input.value.trim()) hits.replaceChildren(...found);
    } catch (error) {
      hits.replaceChildren(element("p", {}, `The search could not be loaded (${error.message}).`));
    }
  };
  input.addEventListener("input", show);
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  form.parentElement.addEventListener("keydown", (event) => moveWithArrows(event, [input, ...hits.querySelectorAll("a")]));
  return show();
}

/** Let the arrow keys go through the hits. */
function moveWithArrows(event, stops) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = stops.indexOf(document.activeElement);
  if (!step || at < 0 || !stops[at + step]) return;
  event.preventDefault();
  stops[at + step].focus();
}

/** Mark the words that led here; show the first of them in the section if it is out of sight. */
export async function markWords() {
  const module = await import(new URL("pagefind/pagefind-highlight.js", ROOT));
  const Highlight = module.default ?? window.PagefindHighlight;
  new Highlight({
    highlightParam: PARAMETER,
    markContext: "article.bd-article",
    addStyles: false,
    markOptions: { className: "search-mark", exclude: [".math", ".math *", ".figure-host *"] },
  });
  const section = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const mark = section?.querySelector(".search-mark");
  if (mark && mark.getBoundingClientRect().top > innerHeight) mark.scrollIntoView({ block: "center" });
}
