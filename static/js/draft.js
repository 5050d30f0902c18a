// Keep what is typed into a form with data-draft="key" in this browser, until it is sent. Passwords, files and tokens are never kept.
// A draft may hold confidential text and machines are shared: it is shown only to the account that typed it, and dropped on signing out,
// when another account comes, when the form is sent, when the person says so, and after a week.
const PREFIX = "sanku.draft.";
const WEEK = 7 * 24 * 3600 * 1000;
const who = () => document.body.dataset.who ?? "";

function forget() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

const keepable = (el) => el.name && !["password", "file", "hidden", "submit", "button"].includes(el.type) && !el.closest("[data-no-draft]");

function read(form) {
  const values = {};
  for (const el of form.elements) {
    if (!keepable(el)) continue;
    if (el.type === "checkbox" || el.type === "radio") { values[el.name] ??= []; if (el.checked) values[el.name].push(el.value); }
    else if (el.multiple) values[el.name] = [...el.selectedOptions].map((o) => o.value);
    else values[el.name] = el.value;
  }
  return values;
}

function write(form, values) {
  for (const el of form.elements) {
    if (!keepable(el)) continue;
    const value = values[el.name];
    if (value === undefined) continue;
    if (el.type === "checkbox" || el.type === "radio") el.checked = value.includes(el.value);
    else if (el.multiple) for (const o of el.options) o.selected = value.includes(o.value);
    else el.value = value;
    el.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function announce(form, saved, original) {
  const note = document.createElement("div");
  note.className = "notice";
  note.setAttribute("role", "status");
  const text = document.createElement("div");
  text.textContent = `已恢复草稿：您 ${new Date(saved.at).toLocaleString("zh-CN", { dateStyle: "medium", timeStyle: "short" })} 填写、还没有提交的内容。`;
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "link-button ms-2";
  undo.textContent = "不要草稿，从头填";
  undo.addEventListener("click", () => { write(form, original); localStorage.removeItem(PREFIX + form.dataset.draft); note.remove(); });
  text.append(undo);
  note.append(text);
  form.prepend(note);
}

/** A link with data-carry="key" takes the texts of its page along as a draft of the form it leads to, through signing in as well. */
export function carryDrafts() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-carry]");
    if (!link) return;
    const values = {};
    for (const source of document.querySelectorAll("[data-carry-as]")) values[source.dataset.carryAs] = (source.value ?? source.textContent).trim();
    try { localStorage.setItem(PREFIX + link.dataset.carry, JSON.stringify({ at: Date.now(), who: who(), values })); } catch { /* a full or closed storage: the form is then simply empty */ }
  });
}

/** Restore and keep the drafts of all forms under root. A form that came back with errors already holds what was typed, so nothing is restored over it. */
export function keepDrafts(root) {
  for (const out of root.querySelectorAll("form[data-sign-out]")) out.addEventListener("submit", forget);
  for (const form of root.querySelectorAll("form[data-draft]")) {
    const key = PREFIX + form.dataset.draft;
    const original = read(form);
    const returned = document.querySelector(".error-summary") !== null;
    let saved = null;
    try { saved = JSON.parse(localStorage.getItem(key)); } catch { localStorage.removeItem(key); }
    if (saved && (Date.now() - saved.at > WEEK || (saved.who && saved.who !== who()))) { localStorage.removeItem(key); saved = null; }
    if (saved && !returned && JSON.stringify(saved.values) !== JSON.stringify(original)) { write(form, saved.values); announce(form, saved, original); }
    const note = form.querySelector("[data-draft-note]");
    let timer = 0;
    let sent = false;
    const save = () => {
      if (sent) return;
      try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), who: who(), values: read(form) })); } catch { return; }
      if (note) note.textContent = `草稿已存在本机 ${new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" })}`;
    };
    form.addEventListener("input", (event) => { if (event.isTrusted) { clearTimeout(timer); timer = setTimeout(save, 400); } });
    window.addEventListener("pagehide", () => { if (timer) save(); });
    form.addEventListener("submit", () => { sent = true; clearTimeout(timer); localStorage.removeItem(key); });
  }
}
