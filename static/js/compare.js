// The tray of up to four achievements to lay side by side. Check boxes name="with" inside [data-compare]; the choice is kept per need
// in this tab's storage so that paging and filtering do not lose it. Without scripts the boxes are part of a plain form.
const MOST = 4;

function load(key) { try { return JSON.parse(sessionStorage.getItem(key)) ?? []; } catch { return []; } }

/** Prepare the tray for the list under root (or around it). */
export function compareTray(root) {
  const tray = document.querySelector("[data-compare-tray]");
  if (!tray || !(root.querySelector?.("[data-compare-id]") || root === document)) return;
  const key = `sanku.compare.${tray.dataset.compareTray}`;
  const list = tray.querySelector("ul");
  const link = tray.querySelector("a[data-compare-go]");
  const note = tray.querySelector("[data-compare-note]");
  let chosen = load(key);

  const draw = () => {
    sessionStorage.setItem(key, JSON.stringify(chosen));
    tray.hidden = chosen.length === 0;
    list.replaceChildren(...chosen.map(({ id, title }) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      const drop = document.createElement("button");
      name.textContent = title;
      name.title = title;
      drop.type = "button";
      drop.textContent = "×";
      drop.setAttribute("aria-label", `从对比中去掉：${title}`);
      drop.addEventListener("click", () => { chosen = chosen.filter((c) => c.id !== id); draw(); });
      item.append(name, drop);
      return item;
    }));
    note.textContent = chosen.length < 2 ? "再选一项就可以对比" : `已选 ${chosen.length} 项，最多 ${MOST} 项`;
    link.setAttribute("aria-disabled", chosen.length < 2 ? "true" : "false");
    link.href = `${link.dataset.compareGo}?${chosen.map((c) => `with=${encodeURIComponent(c.id)}`).join("&")}`;
    for (const box of document.querySelectorAll("[data-compare-id]")) {
      box.checked = chosen.some((c) => c.id === box.dataset.compareId);
      box.disabled = !box.checked && chosen.length >= MOST;
    }
  };
  for (const box of root.querySelectorAll("[data-compare-id]")) {
    box.addEventListener("change", () => {
      chosen = load(key).filter((c) => c.id !== box.dataset.compareId);
      if (box.checked && chosen.length < MOST) chosen.push({ id: box.dataset.compareId, title: box.dataset.compareTitle });
      draw();
    });
  }
  link.addEventListener("click", (event) => { if (link.getAttribute("aria-disabled") === "true") event.preventDefault(); });
  draw();
}
