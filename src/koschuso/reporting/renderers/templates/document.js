// Makes the tables of a report sortable by its readers, and opens the values behind charts for printing.
// Nothing depends on it: without scripts the page has the same content, in the order of the report, and no buttons.
"use strict";

(() => {
  const ORDER = new Intl.Collator("de", { numeric: true });
  const KEYS = {
    number: (text) => Number(text.replace(/[.\s]/g, "").replace(",", ".")),
    date: (text) => Number(text.replace(/^(\d\d)\.(\d\d)\.(\d{4})$/, "$3$2$1")),
    text: (text) => text,
  };

  // Signs and what is no number come last in either direction: they are neither large nor small.
  const keyOf = (cell, kind) => {
    const text = cell.textContent.trim();
    if (text === "" || cell.classList.contains("sign")) return null;
    const key = KEYS[kind](text);
    return Number.isNaN(key) ? null : key;
  };

  const compare = (one, other, kind, direction) => {
    if (one === null || other === null) return (one === null) - (other === null);
    return direction * (kind === "text" ? ORDER.compare(one, other) : one - other);
  };

  const makeSortable = (table) => {
    const body = table.tBodies[0];
    const original = [...body.rows];
    if (original.length < 2) return;
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    heads.forEach((head, column) => {
      const kind = head.dataset.sort;
      if (kind === undefined) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
        const order = next === undefined ? "ascending" : next;
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        if (order === null) {
          body.append(...original);
          return;
        }
        head.setAttribute("aria-sort", order);
        const keyed = original.map((row) => ({ row, key: keyOf(row.cells[column], kind) }));
        keyed.sort((one, other) => compare(one.key, other.key, kind, order === "ascending" ? 1 : -1));
        body.append(...keyed.map(({ row }) => row));
      });
    });
    const hint = document.createElement("span");
    hint.className = "unseen";
    hint.textContent = " Die Schaltflächen im Tabellenkopf sortieren die Zeilen.";
    table.caption.append(hint);
  };

  document.querySelectorAll("table").forEach(makeSortable);

  const closed = new Set();
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details:not([open])").forEach((details) => {
      closed.add(details);
      details.open = true;
    });
  });
  addEventListener("afterprint", () => {
    closed.forEach((details) => (details.open = false));
    closed.clear();
  });
})();
