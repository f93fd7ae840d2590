/**
 * What every page needs: the search, the place in the contents, wide boxes for the keyboard, folds
 * for the printer.
 */

// Search

const search = () => import("./search.js");

/** Search as the reader types: in the dialog of any page, and on the page of the search. */
function mountSearch() {
  const dialog = document.querySelector("#pst-search-dialog");
  const form = dialog?.querySelector("form");
  form?.addEventListener("focusin", async () => {
    const hits = document.createElement("div");
    hits.className = "search-hits";
    hits.ariaLive = "polite";
    dialog.append(hits);
    (await search()).mount(form, hits);
  }, { once: true });
  const hits = document.querySelector(".bd-search-container .search-hits");
  if (hits) {
    const field = hits.parentElement.querySelector("form");
    const input = field.querySelector("input");
    input.value = new URLSearchParams(location.search).get("q") ?? "";
    hits.replaceChildren();
    input.focus();
    search().then(({ mount }) => mount(field, hits));
  }
  if (new URLSearchParams(location.search).has("mark")) search().then(({ markWords }) => markWords());
}
mountSearch();

// Contents

/** Mark in the contents the section that is being read: the last that began in the upper quarter. */
function followContents() {
  const links = [...document.querySelectorAll("nav.page-toc a[href^='#']")];
  const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const show = () => {
    const line = innerHeight / 4;
    const ended = scrollY + innerHeight >= document.documentElement.scrollHeight - 2 && scrollY > 0;
    const at = ended ? links.length - 1
      : sections.findLastIndex((section) => section?.getBoundingClientRect().top <= line);
    links.forEach((link, n) => {
      link.classList.toggle("active", n === at);
      if (n === at) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    });
    for (const entry of document.querySelectorAll("nav.page-toc .toc-entry")) {
      entry.classList.toggle("active", at >= 0 && entry.contains(links[at]));
    }
  };
  let waiting = false;
  const soon = () => {
    if (!waiting) requestAnimationFrame(() => { waiting = false; show(); });
    waiting = true;
  };
  if (links.length) {
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    show();
  }
}
followContents();

// Keyboard

const WIDE = "mjx-container[display], .pst-scrollable-table-container, .cell_output .output, pre";

/** Let the keyboard scroll what is wider than the screen: formulas, tables, output of cells. */
function letKeyboardScroll() {
  for (const box of document.querySelectorAll(WIDE)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}

addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  letKeyboardScroll();
});
addEventListener("resize", letKeyboardScroll);

// Paper

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("article details:not([open])")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});
