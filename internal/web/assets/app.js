// Comforts for those who have scripts on. Every page works without.
"use strict";

// Arrow keys move between the days of a calendar: left and right by a day, up
// and down by a week, Home and End within the week.
for (const table of document.querySelectorAll("table[data-arrows]")) {
  const rows = [...table.tBodies[0].rows].map((row) =>
    [...row.cells].slice(1).map((cell) => cell.querySelector("a")));
  const flat = rows.flat().filter(Boolean);
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const row = rows.findIndex((days) => days.includes(document.activeElement));
    if (row < 0) return;
    const column = rows[row].indexOf(document.activeElement);
    const at = flat.indexOf(document.activeElement);
    const week = rows[row].filter(Boolean);
    const target = {
      ArrowLeft: flat[at - 1],
      ArrowRight: flat[at + 1],
      ArrowUp: rows[row - 1]?.[column],
      ArrowDown: rows[row + 1]?.[column],
      Home: week[0],
      End: week[week.length - 1],
    }[event.key];
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
}

// A click on a tenant or subscription id selects it whole, ready to be copied.
for (const id of document.querySelectorAll(".id code")) {
  id.addEventListener("click", () => getSelection().selectAllChildren(id));
}

// A table that fits needs no scrolling, and so no stop for the Tab key.
const settle = () => {
  for (const box of document.querySelectorAll(".scroll")) {
    if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
    else box.removeAttribute("tabindex");
  }
};
addEventListener("resize", settle);
settle();
