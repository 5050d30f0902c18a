// Hovering, focusing or tapping a reason lights the words that carried it, in the need's text and in the achievement's.
// The server already put <mark> around every carrying word; here only the right ones are lit.

const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
const words = (list) => (list || "").split("|").map(plain).filter(Boolean);

function light(root, wanted) {
  let first = null;
  for (const mark of root.querySelectorAll("mark")) {
    const text = plain(mark.textContent);
    const hit = wanted.some((word) => text.includes(word) || word.includes(text));
    mark.classList.toggle("on", hit);
    if (hit && !first) first = mark;
  }
  return first;
}

function show(reason) {
  const pair = reason.closest("[data-pair]") ?? document;
  for (const root of document.querySelectorAll("[data-need-text]")) light(root, words(reason.dataset.needWords));
  for (const root of pair.querySelectorAll("[data-achievement-text]")) light(root, words(reason.dataset.achievementWords));
  reason.classList.add("lit");
}

function clear() {
  for (const mark of document.querySelectorAll("mark.on")) mark.classList.remove("on");
  for (const reason of document.querySelectorAll(".reason.lit")) reason.classList.remove("lit");
}

/** Listen once for the whole document; reasons that arrive later are covered. */
export function markReasons() {
  let pinned = null;
  document.addEventListener("pointerover", (event) => {
    if (pinned || event.pointerType === "touch") return;
    const reason = event.target.closest?.(".reason[data-need-words]");
    clear();
    if (reason) show(reason);
  });
  document.addEventListener("click", (event) => {
    const reason = event.target.closest?.(".reason[data-need-words]");
    if (!reason) { if (pinned) { pinned = null; clear(); } return; }
    clear();
    pinned = pinned === reason ? null : reason;
    if (pinned) show(reason);
  });
}
