/* SPDX-License-Identifier: GPL-3.0-or-later */
(() => {
    "use strict";
    const fold = text => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
    const rows = Array.from(document.querySelectorAll("tbody tr"), row => ({ row, text: fold(row.textContent) }));
    const bar = document.createElement("div");
    bar.className = "filter";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "Lọc trong mục lục · Filter the register";
    input.setAttribute("aria-label", input.placeholder);
    const output = document.createElement("output");
    bar.append(input, output);
    document.querySelector("main").prepend(bar);
    input.addEventListener("input", () => {
        const words = fold(input.value).split(/\s+/).filter(Boolean);
        let shown = 0;
        for (const { row, text } of rows) {
            row.hidden = !words.every(word => text.includes(word));
            shown += row.hidden ? 0 : 1;
        }
        output.textContent = words.length ? shown.toLocaleString("vi") + " / " + rows.length.toLocaleString("vi") : "";
    });
})();
