// j and k walk through the rows of a list, Enter opens the row, / goes to the search box. Only where nothing is being typed.

const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));

/** Listen once for the whole document. */
export function listKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      const box = document.querySelector("#list-q, #site-q");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
      return;
    }
    if (event.key !== "j" && event.key !== "k") return;
    const items = [...document.querySelectorAll("[data-keys] [data-key-item]")].filter((item) => item.checkVisibility());
    if (!items.length) return;
    const at = items.findIndex((item) => item.contains(document.activeElement));
    const next = items[Math.max(0, Math.min(items.length - 1, at + (event.key === "j" ? 1 : -1)))];
    event.preventDefault();
    (next.querySelector(".row-title a, .entry-title a, a") ?? next).focus();
    next.scrollIntoView({ block: "nearest" });
  });
}
