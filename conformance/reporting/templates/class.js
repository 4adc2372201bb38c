"use strict";
(() => {
  const form = document.getElementById("filter");
  const table = document.querySelector("#students + .wide-table table");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const broken = [...document.querySelectorAll(".row")];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  const filter = () => {
    const { text: field, flag, breaks, shown } = form.elements;
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const flags = row.lastElementChild.textContent.split(", ");
      const stays =
        words.every((word) => texts.get(row).includes(word)) &&
        (!flag.value || flags.includes(flag.value)) &&
        (!breaks.value || broken[breaks.value].dataset.columns[row.dataset.column] === "x");
      row.hidden = !stays;
      if (stays) count += 1;
    }
    shown.value = form.dataset.shown.replace("{shown}", count).replace("{all}", rows.length);
  };

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  if ([...form.elements].some((element) => element.value)) filter();

  broken.forEach((one, place) => {
    const button = one.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => {
      form.reset();
      setTimeout(() => {
        form.elements.breaks.value = place;
        filter();
        form.scrollIntoView();
        form.elements.breaks.focus({ preventScroll: true });
      });
    });
  });

  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const heads = [...table.tHead.rows[0].cells];
  const sort = (place) => {
    const byText = heads[place].dataset.by === "text";
    const falls = heads[place].ariaSort ? heads[place].ariaSort === "ascending" : !byText;
    const key = (row) => (byText ? row.cells[place].textContent : Number(row.cells[place].dataset.value));
    const compare = (one, other) => (byText ? order.compare(key(one), key(other)) : key(one) - key(other));
    rows.sort((one, other) => (falls ? compare(other, one) : compare(one, other)));
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[place].ariaSort = falls ? "descending" : "ascending";
    body.append(...rows);
  };
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(place));
    head.append(button);
  });

  const names = [];
  for (const row of rows) names[row.dataset.column] = `${row.cells[0].textContent} · ${row.cells[1].textContent}`;
  for (const map of document.querySelectorAll(".row .map")) {
    map.addEventListener("pointermove", (event) => {
      const box = map.getBoundingClientRect();
      const column = Math.floor(((event.clientX - box.left) / box.width) * names.length);
      map.parentElement.title = names[column] ?? "";
    });
    map.addEventListener("pointerleave", () => map.parentElement.removeAttribute("title"));
  }
})();
