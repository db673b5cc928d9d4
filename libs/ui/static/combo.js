// Type-ahead over <select data-combo>: accents and đ do not matter, words in any order, data-alt holds
// abbreviations. Without JavaScript it stays a select. Pattern: ARIA 1.2 combobox with a list.
(() => {
  const MOST = 12;
  const fold = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();

  const element = (name, attributes) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  const enhance = (select) => {
    const id = select.id;
    const choices = [...select.options].map((option) => ({
      option,
      text: option.text,
      key: fold(`${option.text} ${option.dataset.alt ?? ""}`),
    }));
    const box = element("div", { class: "combo" });
    const input = element("input", {
      id, class: select.className.replace("govuk-select", "govuk-input"), type: "text", role: "combobox",
      autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": `${id}-list`,
    });
    const label = document.querySelector(`label[for="${id}"]`);
    const list = element("ul", { id: `${id}-list`, class: "combo__list", role: "listbox", "aria-label": label?.textContent.trim() ?? "" });
    const status = element("div", { class: "govuk-visually-hidden", role: "status" });
    const described = select.getAttribute("aria-describedby");
    if (described) input.setAttribute("aria-describedby", described);
    list.hidden = true;

    let hits = [];
    let current = -1;
    let last = select.selectedIndex;
    const none = [...select.options].find((option) => option.value === "");
    const chosen = () => select.selectedOptions[0]?.text ?? "";
    const close = () => {
      list.hidden = true;
      current = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (place) => {
      current = place;
      [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === place)));
      if (place < 0) return;
      input.setAttribute("aria-activedescendant", list.children[place].id);
      list.children[place].scrollIntoView({ block: "nearest" });
    };
    const choose = (option) => {
      select.selectedIndex = last = option.index;
      input.value = chosen();
      select.dispatchEvent(new Event("change", { bubbles: true }));
      close();
    };
    const item = (choice, i) => {
      const made = element("li", { id: `${id}-${i}`, role: "option", "aria-selected": "false" });
      made.textContent = choice.text;
      made.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(choice.option);
      });
      return made;
    };
    const show = () => {
      const typed = input.value === chosen() ? "" : input.value;
      const words = fold(typed).split(/\s+/).filter(Boolean);
      hits = choices.filter((choice) => words.every((word) => choice.key.includes(word))).slice(0, MOST);
      list.replaceChildren(...hits.map(item));
      list.hidden = hits.length === 0;
      input.setAttribute("aria-expanded", String(hits.length > 0));
      status.textContent = hits.length ? `Có ${hits.length} mục phù hợp` : "Không có mục phù hợp";
      mark(hits.length && words.length ? 0 : -1);
    };
    const keys = {
      ArrowDown: () => (list.hidden ? show() : mark((current + 1) % hits.length)),
      ArrowUp: () => !list.hidden && mark((current - 1 + hits.length) % hits.length),
      Enter: () => !list.hidden && current >= 0 && choose(hits[current].option),
      Escape: () => !list.hidden && close(),
    };

    input.addEventListener("focus", () => input.select());
    input.addEventListener("input", () => {
      select.selectedIndex = none ? none.index : -1; // half a word is no choice: Enter must not send the old one
      show();
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || !keys[event.key]) return; // Telex and VNI compose letters
      if (keys[event.key]() !== false) event.preventDefault();
    });
    input.addEventListener("change", (event) => event.stopPropagation()); // only a choice counts as a change
    input.addEventListener("blur", () => {
      if (!list.hidden && input.value.trim() && hits.length === 1) choose(hits[0].option);
      else if (!input.value.trim() && none) choose(none);
      else {
        select.selectedIndex = last;
        input.value = chosen();
      }
      close();
    });

    input.value = chosen();
    select.id = `${id}-value`;
    select.hidden = true;
    select.before(box);
    box.append(input, list, status);
  };

  const start = (root) => root.querySelectorAll("select[data-combo]:not([hidden])").forEach(enhance);
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
})();
