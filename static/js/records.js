// A small table typed cell by cell ([data-records]): one more empty row when the button is pressed. Without scripts there are two spare rows.

/** Let each table under root grow; the new row is a copy of the last one with the next number in its names and nothing in it. */
export function growRecords(root) {
  for (const table of root.querySelectorAll("[data-records]")) {
    const button = table.querySelector("[data-add-record]");
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const rows = table.querySelectorAll("[data-record]");
      const last = rows[rows.length - 1];
      const row = last.cloneNode(true);
      row.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+/, String(rows.length + 1)));
      for (const cell of row.querySelectorAll("[name]")) {
        cell.name = cell.name.replace(/-\d+-/, `-${rows.length}-`);
        cell.value = "";
      }
      last.after(row);
      row.querySelector("[name]").focus();
    });
  }
}
