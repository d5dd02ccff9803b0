// Two conveniences. Without them every page does the same, with a press on a button.
"use strict";

// Suggestions while typing: a list under the search field, from the same search as the page's own.
for (const field of document.querySelectorAll("input[type=search][name=q]")) {
  const list = document.createElement("ul");
  list.id = field.id + "-forslag";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Förslag");
  list.hidden = true;
  const nothing = document.createElement("p");
  nothing.className = "suggestions nothing";
  nothing.setAttribute("role", "status");
  field.parentElement.append(list, nothing);
  field.type = "text"; // a search field may not be a combobox
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  let asked = 0;
  let active = -1;

  const show = (isOpen) => {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
    nothing.textContent = "";
    if (!isOpen) choose(-1);
  };
  const choose = (place) => {
    active = place;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === place)));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", list.children[place].id);
      list.children[place].scrollIntoView({ block: "nearest" });
    }
  };
  const go = (option) => location.assign("/atgard/" + option.dataset.code);

  const suggest = async () => {
    const words = field.value.trim();
    const mine = ++asked;
    // As many digits as a personal identity number has are not sent anywhere.
    if (words.length < 2 || words.replace(/\D/g, "").length > 5) return show(false);
    const answer = await fetch("/lagesbild/v1/procedures?limit=8&q=" + encodeURIComponent(words)).catch(() => null);
    if (!answer?.ok) return show(false);
    const found = (await answer.json()).data.filter((row) => row.countLast365Days);
    if (mine !== asked || document.activeElement !== field) return;
    list.replaceChildren(
      ...found.map((row, i) => {
        const option = document.createElement("li");
        option.id = list.id + i;
        option.dataset.code = row.code;
        option.setAttribute("role", "option");
        const name = document.createElement("b");
        name.textContent = row.plainName;
        const code = document.createElement("span");
        code.className = "code";
        code.textContent = row.code;
        option.append(name, " ", code);
        option.addEventListener("mousedown", (press) => press.preventDefault());
        option.addEventListener("click", () => go(option));
        return option;
      }),
    );
    choose(-1);
    show(found.length > 0);
    if (found.length === 0) nothing.textContent = "Ingen åtgärd hittad. Enter söker vidare.";
  };

  let later;
  field.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(suggest, 100);
  });
  field.addEventListener("blur", () => show(false));
  field.addEventListener("keydown", (press) => {
    if (press.key === "Escape") nothing.textContent = "";
    if (list.hidden || press.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[press.key];
    if (step) {
      const count = list.children.length;
      choose(active < 0 ? (step > 0 ? 0 : count - 1) : active + step === count ? -1 : active + step);
    } else if (press.key === "Escape") show(false);
    else if (press.key === "Enter" && active >= 0) go(list.children[active]);
    else return;
    press.preventDefault();
  });
}

// Filters that apply at once: the same address as the button would ask for, and only what it changes is replaced.
const filter = document.querySelector("form.filter[action^='/atgard/']");
if (filter) {
  // Ticked units stay ticked in another order or selection, and no more are ticked than can be compared.
  const result = document.getElementById("resultat");
  const ticked = () => [...result.querySelectorAll(".name > input:checked")].map((box) => box.value);
  const count = () => {
    const form = document.getElementById("valda");
    if (!form) return;
    const [many, most] = [ticked().length, Number(form.dataset.most)];
    for (const box of result.querySelectorAll(".name > input")) box.disabled = many >= most && !box.checked;
    const words =
      many === 0 ? `Kryssa för upp till ${most} enheter.`
      : many < most ? `${many} av högst ${most} enheter valda.`
      : `${many} enheter valda. Fler kan inte jämföras på en gång.`;
    const status = form.querySelector("[role=status]");
    if (status.textContent !== words) status.textContent = words;
  };
  result.addEventListener("change", count);
  result.addEventListener("click", (press) => {
    const link = press.target.closest("thead a, caption a");
    if (!link) return;
    const address = new URL(link.href);
    for (const unit of ticked()) address.searchParams.append("enhet", unit);
    link.href = address.href;
  });
  addEventListener("pageshow", count);

  document.body.classList.add("at-once");
  let latest = 0;
  filter.addEventListener("change", async () => {
    const mine = ++latest;
    const asked = new FormData(filter);
    for (const [name, value] of [...asked]) if (value === "") asked.delete(name);
    for (const unit of ticked()) asked.append("enhet", unit);
    const address = filter.action + "?" + new URLSearchParams(asked);
    result.setAttribute("aria-busy", "true");
    const answer = await fetch(address).catch(() => null);
    const html = answer?.ok ? await answer.text() : null;
    if (mine !== latest) return;
    if (html === null) return location.assign(address);
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const id of ["resultat", "regioner", "antal"]) {
      document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
    }
    result.removeAttribute("aria-busy");
    count();
    history.replaceState(null, "", address);
  });
}
