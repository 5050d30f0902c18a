// Let a file be dropped on the frame around a file input, name what was chosen, and say at once when it is too large.

const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

/** Prepare every [data-file-drop] under root. */
export function dropFiles(root) {
  for (const zone of root.querySelectorAll("[data-file-drop]")) {
    const input = zone.querySelector('input[type="file"]');
    const name = zone.querySelector("[data-file-name]");
    const limit = Number(zone.dataset.limitMb || 10) * 1024 * 1024;
    const show = () => {
      const file = input.files[0];
      const large = file && file.size > limit;
      input.setCustomValidity(large ? `文件太大：${size(file.size)}，最大 ${zone.dataset.limitMb} MB` : "");
      if (name) name.textContent = file ? `${file.name}（${size(file.size)}）${large ? "，太大了，请拆分后再传" : ""}` : "";
    };
    input.addEventListener("change", show);
    for (const type of ["dragover", "dragenter"]) zone.addEventListener(type, (event) => { event.preventDefault(); zone.classList.add("over"); });
    for (const type of ["dragleave", "drop"]) zone.addEventListener(type, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      show();
    });
  }
}
