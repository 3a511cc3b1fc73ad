/**
 * The page's one script: the filter. Without it every list is there in full. What a filter is set to stands in the address behind the #, so that it can be sent on.
 * Plain JavaScript of 2020, since it is shipped as it stands here.
 */
export const SCRIPT = `(() => {
  "use strict";
  const form = document.getElementById("filter");
  if (!form) return;
  const { q, level, kernel, subject, count } = form.elements;
  const fields = { q, level, kernel, subject };
  const items = [...document.querySelectorAll(".it")];
  const lists = [...document.querySelectorAll("[data-list]")];
  const folds = [...document.querySelectorAll("details.fold")];
  const texts = new Map();
  // A finding is also found by its rule, a history by its name alone: its types name half the kernel.
  const textOf = (item) => {
    if (!texts.has(item)) {
      const rule = item.closest(".rule");
      const own = item.closest(".history") ? item.firstElementChild : item;
      texts.set(item, ((rule ? rule.firstElementChild.textContent : "") + own.textContent).toLowerCase());
    }
    return texts.get(item);
  };
  const numberOf = (select) => (select && select.selectedIndex > 0 ? " " + (select.selectedIndex - 1) + " " : "");
  const opened = new Set();

  const apply = () => {
    const words = q.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = level ? level.value : "";
    const on = numberOf(kernel);
    const by = numberOf(subject);
    const isSet = words.length > 0 || wanted !== "" || on !== "" || by !== "";
    for (const item of items) {
      const { l, k, s, only } = item.dataset;
      const isOther =
        (by !== "" && s !== undefined && !s.includes(by)) ||
        (only === undefined &&
          ((wanted !== "" && l !== wanted) || (on !== "" && k !== undefined && !k.includes(on)) || !words.every((word) => textOf(item).includes(word))));
      item.hidden = isOther;
    }
    for (const rule of document.querySelectorAll(".rule")) rule.hidden = rule.querySelector(".it:not([hidden])") === null;
    for (const fold of folds) {
      const isWanted = isSet && fold.querySelector(".it:not([hidden])") !== null;
      if (isWanted && !fold.open) {
        fold.open = true;
        opened.add(fold);
      } else if (!isWanted && opened.delete(fold)) fold.open = false;
    }
    count.value = isSet
      ? lists
          .map((list) => {
            const all = [...list.querySelectorAll(".it")];
            const shown = all.filter((item) => !item.hidden).length;
            return shown + " of " + all.length + " " + list.dataset.list + (all.length === 1 ? "" : "s");
          })
          .join(", ")
          .replace(/historys/, "histories")
      : "";
    return isSet;
  };

  const write = () => {
    const state = new URLSearchParams();
    for (const [name, field] of Object.entries(fields)) if (field && field.value !== "") state.set(name, field.value);
    const hash = String(state);
    if (hash !== "") history.replaceState(null, "", "#" + hash);
    else if (location.hash.includes("=")) history.replaceState(null, "", location.pathname + location.search);
  };

  const read = () => {
    const hash = location.hash.slice(1);
    if (!hash.includes("=")) {
      const target = document.getElementById(hash);
      if (target && target.hidden) {
        form.reset();
        apply();
        target.scrollIntoView();
      }
      return;
    }
    const state = new URLSearchParams(hash);
    for (const [name, field] of Object.entries(fields)) {
      if (!field) continue;
      field.value = state.get(name) || "";
      if (field.selectedIndex === -1) field.selectedIndex = 0;
    }
    apply();
  };

  form.hidden = false;
  form.addEventListener("input", () => {
    apply();
    write();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () =>
    setTimeout(() => {
      apply();
      write();
      q.focus();
    }),
  );
  addEventListener("hashchange", read);
  read();
})();
`;
