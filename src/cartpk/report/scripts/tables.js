// Listings and tables: sort, search, follow the subjects shown, save as CSV from the cells of this page.
(() => {
  const { data, make } = cartpk;
  const subjects = cartpk.table("adsl").columns.USUBJID, place = new Map(subjects.map((subject, i) => [subject, i]));
  const PAGE = 200;
  const plain = (node) => (node.dataset.text ?? node.textContent).replace(/\s+/g, " ").trim();

  // a listing's rows, every group's name in every row: from the data block, or as the page prints them
  const unpacked = ({ n, keys, columns }, printed) => {
    if (!columns) return printed;
    const full = keys.map((key) => cartpk.unpacked(columns, key, n));
    return Array.from({ length: n }, (_, i) => full.map((column) => column[i] ?? ""));
  };
  // a table's rows as they stand on the page; headings between the rows become a first column
  const fromPage = (table, width) => {
    const rows = [], headed = Boolean(table.querySelector("tr.heading"));
    let above = "", heading = "";
    for (const tr of table.querySelectorAll("tbody tr")) {
      if (tr.classList.contains("heading")) { heading = plain(tr); continue; }
      const texts = [...tr.children].map(plain);
      if (texts.length < width) texts.unshift(above);
      above = texts[0] = texts[0] || above;
      rows.push(headed ? [heading, ...texts] : texts);
    }
    return rows;
  };
  const quoted = (text) => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d,]*\.?\d+(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const save = (name, rows) => {
    const text = `\ufeff${rows.map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  const number = (text) => { const found = /^[<>≥≤]?\s*(-?[\d,]*\.?\d+(?:e[+-]?\d+)?)/i.exec(text); return found ? Number(found[1].replaceAll(",", "")) : NaN; };
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y || a.localeCompare(b, "en", { numeric: true });
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return a.localeCompare(b, "en", { numeric: true });
  };

  const watched = [];
  const listing = (article, table, block) => {
    const { keys, labels, aligns } = block, who = keys.indexOf("subject"), width = keys.length, big = "long" in article.dataset;
    const pristine = [...table.tBodies], head = table.tHead, flat = make("thead");
    const printed = block.columns ? null : fromPage(table, width);
    let model = null, order = null, asked = "", limit = PAGE;
    const rows = () => (model ??= unpacked(block, printed).map((texts, at) => ({ texts, at, i: who < 0 ? -1 : (place.get(texts[who]) ?? -1) })));
    const tally = make("span", { class: "tally", role: "status" });
    const more = make("button", { type: "button", class: "more-rows", hidden: true });

    const chosen = () => {
      const { shown, all } = cartpk.filter.state();
      const found = rows().filter(({ texts, i }) => (all || i < 0 || shown[i]) && (!asked || texts.some((text) => text.toLowerCase().includes(asked))));
      if (order) {
        const sign = order.down ? -1 : 1, k = order.column;
        // empty cells stay last, whichever way
        found.sort((a, b) => (!a.texts[k] - !b.texts[k]) || sign * compare(a.texts[k], b.texts[k]));
      }
      return found;
    };
    // decimals of a printed number, and the class that leaves room for those it does not have (cartpk.report.tables.pads)
    const decimals = (text) => { const found = /^[<>≥≤]?\s*[-−]?[\d,]+(\.\d+)?$/.exec(text); return found ? (found[1] ?? " ").length - 1 : null; };
    let most = null;
    const pad = (text, k) => {
      most ??= labels.map((_, column) => (aligns[column] === "right" ? rows().reduce((n, { texts }) => Math.max(n, decimals(texts[column]) ?? 0), 0) : 0));
      const own = most[k] ? decimals(text) : null;
      return own === null || own === most[k] ? "" : `${own ? "z" : "d"}${Math.min(most[k] - own, 6)}`;
    };
    const row = ({ texts, at }) => {
      const tr = make("tr", { "data-row": at });
      texts.forEach((text, k) => {
        const first = k === Math.max(who, 0) && text, name = [aligns[k], pad(text, k), text.length > 40 ? "wordy" : ""].filter(Boolean).join(" ");
        tr.append(make(first ? "th" : "td", { scope: first ? "row" : null, class: name || null }, text));
      });
      return tr;
    };
    const render = () => {
      const calm = !order && !asked && cartpk.filter.state().all;
      for (const body of [...table.tBodies]) body.remove();
      more.hidden = true;
      table.classList.toggle("flat", !calm || big);
      if (calm && !big) {
        table.tHead.replaceWith(head);
        table.append(...pristine);
        tally.textContent = "";
        return;
      }
      table.tHead.replaceWith(flat);
      const found = chosen(), body = make("tbody");
      body.append(...found.slice(0, limit).map(row));
      if (!found.length) body.append(make("tr", {}, make("td", { colspan: width, class: "none" }, asked ? "No row holds this text." : "No row of the subjects shown.")));
      table.append(body);
      tally.textContent = `${found.length === rows().length ? "" : `${found.length} of `}${rows().length} rows`;
      more.hidden = found.length <= limit;
      more.textContent = `Show ${Math.min(PAGE, found.length - limit)} more of ${found.length} rows`;
      cartpk.say("listing", { article, table });
    };
    more.addEventListener("click", () => { limit += PAGE; render(); });

    const sorts = [];
    const sortable = (th, column) => {
      const button = make("button", { type: "button", class: "sort" });
      button.append(...th.childNodes);
      th.append(button);
      sorts.push({ th, column });
      button.addEventListener("click", () => {
        order = order?.column !== column ? { column, down: false } : order.down ? null : { column, down: true };
        for (const one of sorts) { if (order?.column === one.column) one.th.setAttribute("aria-sort", order.down ? "descending" : "ascending"); else one.th.removeAttribute("aria-sort"); }
        const held = document.activeElement === button;
        render();
        if (held) sorts.find((one) => one.column === column && table.contains(one.th))?.th.querySelector("button").focus();
      });
    };
    const line = make("tr");
    labels.forEach((label, k) => { const th = make("th", { scope: "col", class: aligns[k] === "left" ? null : aligns[k] }, label); line.append(th); sortable(th, k); });
    flat.append(line);
    [...head.rows[0].cells].forEach((th, k) => { sortable(th, width - head.rows[0].cells.length + k); });

    const bar = make("div", { class: "table-tools" });
    if (block.n > 6) {
      const input = make("input", { type: "search", "aria-label": `Search in ${article.dataset.kind} ${article.dataset.number}`, placeholder: `Search in this ${article.dataset.kind.toLowerCase()}` });
      let pause = 0;
      input.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => { asked = input.value.trim().toLowerCase(); limit = PAGE; render(); }, 120); });
      bar.append(input);
    }
    bar.append(tally);
    table.closest(".scroll").before(bar);
    table.closest(".scroll").after(more);
    // a folded listing is made when it is opened
    const fold = article.querySelector("details");
    let stale = false;
    const follow = () => { stale = Boolean(fold) && !fold.open; if (!stale) render(); };
    fold?.addEventListener("toggle", () => { if (fold.open && stale) follow(); });
    watched.push(follow);
    if (big) follow();
    return () => [labels, ...chosen().map(({ texts }) => texts)];
  };

  for (const article of document.querySelectorAll("article[data-table]")) {
    const table = article.querySelector("table.data"), id = article.dataset.table;
    if (!table) continue;
    const heads = [...table.tHead.rows[0].cells].map(plain);
    const cells = data.listings[id] ? listing(article, table, data.listings[id])
      : () => { const rows = fromPage(table, heads.length); return [rows[0]?.length > heads.length ? ["", ...heads] : heads, ...rows]; };
    const name = `${article.dataset.kind} ${article.dataset.number}`;
    const button = make("button", { type: "button", class: "save", "aria-label": `Save ${name} as CSV, as printed here` }, "Save as CSV");
    button.addEventListener("click", () => save(`${data.trial.id}_${id}.csv`, cells()));
    article.querySelector(".files").append(button);
  }
  const follow = () => { for (const render of watched) render(); };
  cartpk.on("filter", follow);
  if (!cartpk.filter.state().all) follow();
})();
