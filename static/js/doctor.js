// 需求体检 beside a form: open where there is room for it; a finding leads to its field and picks out the very words it speaks of.

const roomy = matchMedia("(min-width: 75rem)");

/** Open the panel on a wide screen; on a narrow one it stays a line at the bottom. */
export function openDoctor(root) {
  for (const fold of root.querySelectorAll("[data-doctor-fold]")) fold.open = roomy.matches;
}

/** Listen once for the whole document: findings come and go with each answer. */
export function followFindings() {
  roomy.addEventListener("change", () => openDoctor(document));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".doctor a[href^='#']");
    if (!link) return;
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    if (!roomy.matches) link.closest("[data-doctor-fold]").open = false;
    const target = field.matches("input, select, textarea") ? field : field.querySelector("summary, input") ?? field;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
    const at = link.dataset.doctorWord && target.value ? target.value.indexOf(link.dataset.doctorWord) : -1;
    if (at >= 0 && target.setSelectionRange && target.type !== "date") target.setSelectionRange(at, at + link.dataset.doctorWord.length);
  });
}
