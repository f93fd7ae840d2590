/** Lets the keyboard scroll what is wider than the screen: formulas, tables, output of cells. */

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
