// Keys, and a quicker word at a chart's column: every page works without this file.
"use strict";
(() => {
  const help = document.getElementById("keys");
  const search = document.getElementById("search");
  const places = { o: "overview", t: "topics", r: "trends", i: "tickets", v: "voice", a: "articles", s: "sources" };
  let going = false;

  const go = (name) => {
    const link = document.querySelector(`[data-place="${name}"]`);
    if (link) link.click();
  };
  const find = () => {
    const link = document.querySelector('[data-place="tickets"]');
    if (link) location.href = `${link.href}#search`;
  };
  const writes = (target) => target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return hush();
    if (writes(event.target)) return;
    if (going && places[event.key]) go(places[event.key]);
    going = event.key === "g";
    if (event.key === "?" && help) help.showModal();
    if (event.key === "/") {
      event.preventDefault();
      if (search) search.focus();
      else find();
    }
  });

  // What a name means goes away at once, and comes back with the next name.
  const hush = () => {
    closeMenus(null);
    document.body.classList.add("hushed");
  };
  const unhush = (event) => {
    if (event.target.closest && !event.target.closest(".definition")) document.body.classList.remove("hushed");
  };
  document.addEventListener("pointerover", unhush);
  document.addEventListener("focusin", unhush);

  // One menu at a time, and a click beside it closes it.
  const closeMenus = (kept) => {
    for (const menu of document.querySelectorAll(".chips details[open]")) if (menu !== kept) menu.open = false;
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest(".chips details")));

  // What moves by itself is fetched anew, but not under somebody's hands.
  const beat = 3000;
  const refresh = async () => {
    const live = document.querySelector("[data-live]");
    if (!live) return;
    if (!document.hidden && !live.contains(document.activeElement)) {
      try {
        const answer = await fetch(live.dataset.live, { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = answer.ok && !answer.redirected && page.getElementById("live");
        if (fresh && !live.contains(document.activeElement)) live.replaceWith(document.adoptNode(fresh));
      } catch {
        // The server is away: what is shown stays, and the next beat asks again.
      }
    }
    setTimeout(refresh, beat);
  };
  setTimeout(refresh, beat);

  // The title of a column under the pointer or the focus, at once and beside it.
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  const tell = (event) => {
    const link = event.target.closest ? event.target.closest(".chart a, .whole a") : null;
    tip.hidden = !link;
    if (!link) return;
    const title = link.querySelector("title");
    if (title) {
      link.setAttribute("aria-label", title.textContent);
      title.remove();
    }
    tip.textContent = link.getAttribute("aria-label");
    const box = link.getBoundingClientRect();
    const left = box.right + 8 + tip.offsetWidth < innerWidth ? box.right + 8 : box.left - 8 - tip.offsetWidth;
    tip.style.left = `${Math.max(8, left) + scrollX}px`;
    tip.style.top = `${Math.max(8, box.top) + scrollY}px`;
  };
  document.addEventListener("pointerover", tell);
  document.addEventListener("focusin", tell);
})();
