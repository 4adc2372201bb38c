"use strict";
(() => {
  const form = document.getElementById("filter");
  const entries = [...document.querySelectorAll("#table [data-verdict], [data-filtered] > article")];
  const sections = [...document.querySelectorAll("[data-filtered]")].reverse();
  const rows = entries.filter((entry) => entry.localName === "tr").length;
  const texts = new Map();

  const text = (entry) => {
    if (!texts.has(entry)) texts.set(entry, entry.textContent.toLowerCase());
    return texts.get(entry);
  };
  const belongs = (entry, kind, wanted) =>
    !wanted || entry.closest(`[data-${kind}]`).dataset[kind].split(" ").includes(wanted);

  const filter = () => {
    const { text: field, verdict, exercise, group, shown } = form.elements;
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const entry of entries) {
      const stays =
        belongs(entry, "verdict", verdict.value) &&
        belongs(entry, "exercise", exercise.value) &&
        belongs(entry, "group", group.value) &&
        words.every((word) => text(entry).includes(word));
      entry.hidden = !stays;
      if (stays && entry.localName === "tr") count += 1;
    }
    for (const section of sections)
      section.hidden = !section.querySelector("[data-verdict]:not([hidden])");
    shown.value = form.dataset.shown.replace("{shown}", count).replace("{all}", rows);
  };

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  if ([...form.elements].some((element) => element.value)) filter();

  const legacyCopy = (source) => {
    getSelection().selectAllChildren(source);
    document.execCommand("copy");
  };
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const source = button.previousElementSibling;
      await navigator.clipboard.writeText(source.textContent).catch(() => legacyCopy(source));
      button.textContent = button.dataset.done;
      button.addEventListener("blur", () => { button.textContent = label; }, { once: true });
    });
  }

  addEventListener("beforeprint", () => {
    for (const closed of document.querySelectorAll(".card details:not([open])")) closed.open = true;
  });
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.closest("[hidden]")) return;
    form.reset();
    setTimeout(() => target.scrollIntoView());
  };
  addEventListener("hashchange", unfold);
})();
