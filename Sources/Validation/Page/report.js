"use strict";
// Finds, filters and sorts the table of images. Without it the page shows every image in the run's order.
(() => {
  const table = document.querySelector("table.rows");
  const toolbar = document.querySelector(".toolbar");
  if (table && toolbar) arrange(table, toolbar);
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open], .unprinted)")) {
      details.open = true;
      addEventListener("afterprint", () => { details.open = false; }, { once: true });
    }
  });

  function arrange(table, toolbar) {
    const body = table.tBodies[0];
    const rows = Array.from(body.children);
    const words = new Map();
    const field = (name) => toolbar.querySelector("#" + name);
    const [find, truth, code, show, sort, direction, shown] =
      ["find", "truth", "code", "show", "sort", "direction", "shown"].map(field);
    const heads = Array.from(table.querySelectorAll("th[data-key]"));
    const nothing = document.querySelector(".nothing");
    const numbers = new Set(["order", "melanoma", "flags", "difference"]);
    const ranks = { code: ["MEL", "NV", "BCC", "BKL", ""], truth: ["MEL", "NV", "BCC", "BKL", "other", "none"] };
    let falling = false;
    let waiting = 0;

    const text = (row) => {
      if (!words.has(row)) words.set(row, row.textContent.toLowerCase());
      return words.get(row);
    };
    const showing = {
      "": () => true,
      wrong: (data) => data.match === "wrong",
      right: (data) => data.match === "right",
      flagged: (data) => data.flags !== "0",
      clean: (data) => data.flags === "0" && data.failed === "",
      failed: (data) => data.failed !== "",
    };

    // A comparison of two runs has kinds of its own: who was right.
    const shows = (data) => (showing[show.value] ?? ((one) => one.match === show.value))(data);

    function filter() {
      const sought = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const row of rows) {
        const data = row.dataset;
        const fits = (!truth.value || data.truth === truth.value) && (!code.value || data.code === code.value) &&
          shows(data) && (sought.length === 0 || sought.every((word) => text(row).includes(word)));
        if (row.hidden === fits) row.hidden = !fits;
        if (fits) count += 1;
      }
      shown.textContent = count === rows.length ? `${count} images` : `${count} of ${rows.length} images`;
      nothing.hidden = count > 0;
    }

    function order() {
      const key = sort.value;
      const value = (row) => {
        if (numbers.has(key)) return Number(row.dataset[key]);
        return ranks[key] ? ranks[key].indexOf(row.dataset[key]) : row.dataset[key];
      };
      const keyed = rows.map((row) => ({ row, value: value(row), place: Number(row.dataset.order) }));
      const collator = new Intl.Collator("en", { numeric: true });
      const compare = (a, b) => typeof a === "number" ? a - b : collator.compare(a, b);
      keyed.sort((a, b) => (falling ? -1 : 1) * compare(a.value, b.value) || a.place - b.place);
      const pieces = document.createDocumentFragment();
      for (const { row } of keyed) pieces.append(row);
      body.append(pieces);
      for (const head of heads) {
        head.setAttribute("aria-sort", head.dataset.key === key ? (falling ? "descending" : "ascending") : "none");
      }
      direction.setAttribute("aria-pressed", String(falling));
    }

    find.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 180);
    });
    for (const choice of [truth, code, show]) choice.addEventListener("change", filter);
    sort.addEventListener("change", order);
    direction.addEventListener("click", () => { falling = !falling; order(); });
    for (const head of heads) {
      head.firstElementChild.addEventListener("click", () => {
        falling = sort.value === head.dataset.key ? !falling : head.dataset.key === "flags";
        sort.value = head.dataset.key;
        order();
      });
    }
    toolbar.hidden = false;
    // A browser may bring back what was chosen before the page was loaded again.
    if (find.value || truth.value || code.value || show.value) filter();
    if (sort.value !== "order") order();
  }
})();
