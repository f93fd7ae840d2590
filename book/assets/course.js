/**
 * Lets the keyboard scroll what is wider than the screen: formulas, tables, output of cells.
 * Opens all folds while the page is printed: on paper nothing can be unfolded any more.
 */

const WIDE = "mjx-container[display], .pst-scrollable-table-container, .cell_output .output, pre";

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

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("article details:not([open])")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});
