// @ts-check
/**
 * What the pages do beyond plain HTML. Without this file everything still works: forms post, pages
 * answer. With it a form tells in place how far its job is, links are copied, and what changes on the
 * server shows without a reload.
 */

/** What a page's form, or the page of a job, answers to `Accept: application/json`.
 * @typedef {{ statut: string, suite?: string | null, suivi?: string | null, erreur?: string | null }} Reponse
 */

/** After this long without an end, a job is « non confirmé », never « échec ». */
const ECHEANCE_MS = 60_000;
/** A page that nobody touches stops looking after this long. */
const VEILLE_MS = 45 * 60_000;
const TOAST_MS = 6_000;

const mots = document.body.dataset;

/** @template {Element} T @param {string} selecteur @param {ParentNode} [dans] @returns {T[]} */
const tous = (selecteur, dans = document) => /** @type {T[]} */ ([...dans.querySelectorAll(selecteur)]);

/** @param {string} nom @param {string} [classe] */
function icone(nom, classe = "") {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", `icon ${classe}`.trim());
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", `${mots.icones}#${nom}`);
  svg.append(use);
  return svg;
}

/* ------------------------------------------------------------------ toasts */

/** @param {string} texte @param {string} [signe] */
function dire(texte, signe = "check") {
  for (const ancien of tous(".toast")) ancien.remove();
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  document.body.append(toast);
  const phrase = document.createElement("p");
  phrase.textContent = texte;
  toast.append(icone(signe), phrase);
  animerToast(toast);
}

/** @param {HTMLElement} toast */
function animerToast(toast) {
  const fermer = document.createElement("button");
  fermer.type = "button";
  fermer.className = "textlink";
  fermer.textContent = mots.fermer ?? "";
  fermer.addEventListener("click", () => toast.remove());
  toast.append(fermer);
  setTimeout(() => toast.matches(":hover, :focus-within") || toast.remove(), TOAST_MS);
}

/** The confirmation was said: going back or reloading must not say it again. */
function oublierFait() {
  const url = new URL(location.href);
  if (url.searchParams.has("fait")) {
    url.searchParams.delete("fait");
    history.replaceState(null, "", url);
  }
}

/* ----------------------------------------------------------------- copying */

/** @param {string} texte */
async function copier(texte) {
  if (navigator.clipboard) return navigator.clipboard.writeText(texte);
  // Browsers keep the clipboard from plain http: a selected field still copies.
  const champ = document.createElement("textarea");
  champ.value = texte;
  champ.className = "hidden";
  document.body.append(champ);
  champ.select();
  document.execCommand("copy");
  champ.remove();
}

/** @param {HTMLButtonElement} bouton */
function animerCopie(bouton) {
  bouton.hidden = false;
  bouton.addEventListener("click", async () => {
    try {
      await copier(bouton.dataset.copier ?? "");
      dire(mots.copie ?? "");
    } catch {
      dire(mots.echec ?? "", "retard");
    }
  });
}

/* -------------------------------------------------------------------- jobs */

/** @param {string} url @param {RequestInit} [init] */
const demander = (url, init = {}) =>
  fetch(url, {
    ...init,
    headers: { Accept: "application/json", Prefer: "wait=10", ...init.headers },
    credentials: "same-origin",
  });

/** @param {Response} reponse */
const estJson = (reponse) => (reponse.headers.get("content-type") ?? "").startsWith("application/json");

/** Follows a job to its end. `null` when the end is not known in time.
 * @param {Reponse} etat @param {(statut: string) => void} montrer @returns {Promise<Reponse | null>} */
async function suivre(etat, montrer) {
  const fin = Date.now() + ECHEANCE_MS;
  while (etat.suivi) {
    if (Date.now() > fin) return null;
    montrer(etat.statut);
    const reponse = await demander(etat.suivi);
    if (!estJson(reponse)) return null;
    etat = await reponse.json();
  }
  return etat;
}

/** en file → en cours → fait, beside the button.
 * @param {Element | null} liste @returns {(statut: string) => void} */
function trajet(liste) {
  const etapes = [
    ["en_attente", mots.file],
    ["en_cours", mots.cours],
    ["termine", mots.fait],
  ];
  return (statut) => {
    if (!(liste instanceof HTMLElement)) return;
    liste.hidden = false;
    const ici = etapes.findIndex(([code]) => code === statut);
    if (ici < 0) {
      const seul = document.createElement("li");
      seul.append(icone("attente"), mots.nonConfirme ?? "");
      liste.replaceChildren(seul);
      return;
    }
    liste.replaceChildren(
      ...etapes.map(([, mot], rang) => {
        const li = document.createElement("li");
        const fait = rang < ici || statut === "termine";
        if (rang === ici) li.setAttribute("aria-current", "step");
        if (fait) li.append(icone("check"));
        else if (rang === ici) li.append(icone("run", "icon--run"));
        li.append(mot ?? "");
        return li;
      }),
    );
  };
}

/** @param {SubmitEvent} evenement */
async function envoyer(evenement) {
  const form = /** @type {HTMLFormElement} */ (evenement.currentTarget);
  evenement.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  const boutons = /** @type {HTMLButtonElement[]} */ (tous("button", form));
  const donnees = new URLSearchParams();
  for (const [nom, valeur] of new FormData(form)) donnees.append(nom, String(valeur));
  const montrer = trajet(form.querySelector("[data-trajet]"));
  const rendre = () => {
    form.removeAttribute("aria-busy");
    for (const bouton of boutons) bouton.disabled = false;
  };
  form.setAttribute("aria-busy", "true");
  for (const bouton of boutons) bouton.disabled = true;
  montrer("en_attente");
  try {
    const reponse = await demander(form.action, { method: "POST", body: donnees });
    if (!estJson(reponse)) {
      // Signed out meanwhile: the way to sign in is a page of its own.
      if (reponse.redirected) return location.assign(reponse.url);
      rendre();
      return montrerPage(await reponse.text(), reponse);
    }
    const fin = await suivre(await reponse.json(), montrer);
    montrer(fin?.statut ?? "non_confirme");
    if (fin?.suite) return await visiter(fin.suite);
    if (fin?.erreur) dire(fin.erreur, "retard");
    rendre();
  } catch {
    // Nothing is known: the same form may be sent again, its key makes it one wish.
    montrer("non_confirme");
    dire(mots.echec ?? "", "retard");
    rendre();
  }
}

/* ------------------------------------------------------- pages in place */

/** @param {string} suite */
async function visiter(suite) {
  const cible = new URL(suite, location.href);
  const reponse = await fetch(cible, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  montrerPage(await reponse.text(), reponse, cible);
}

/** Puts another page in place of this one. Of the same path, its reader stays where they were.
 * @param {string} html @param {Response} reponse @param {URL} [cible] */
function montrerPage(html, reponse, cible) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const contenu = page.getElementById("contenu");
  const ici = document.getElementById("contenu");
  if (!contenu || !ici || !page.querySelector("header")) {
    // An error's page has no heading of ours: its sentence is said where the reader stands.
    if (cible) location.assign(cible);
    else dire(page.querySelector("h1")?.textContent ?? mots.echec ?? "", "retard");
    return;
  }
  const url = cible && reponse.redirected ? new URL(reponse.url) : cible;
  const ailleurs = url && url.pathname !== location.pathname;
  ici.replaceWith(contenu);
  document.title = page.title;
  for (const ancien of tous(".toast")) ancien.remove();
  const toast = page.querySelector("[data-toast]");
  if (toast) document.body.append(toast);
  const nav = document.querySelector(".nav");
  const sa = page.querySelector(".nav");
  if (nav && sa) nav.replaceWith(sa);
  if (url) {
    url.searchParams.delete("fait");
    if (ailleurs) history.pushState({ ailleurs: true }, "", url);
    else history.replaceState(null, "", url);
  }
  animer(document);
  veiller();
  const invalide = contenu.querySelector('[aria-invalid="true"], [role="alert"]');
  if (invalide instanceof HTMLElement) {
    invalide.scrollIntoView({ block: "center" });
    invalide.focus();
  } else if (ailleurs) {
    scrollTo(0, 0);
  }
}

addEventListener("popstate", () => location.reload());

/* ------------------------------------------------------------ live regions */

/** What the server last said of each region, to tell a change from an enhancement. @type {Map<string, string>} */
const connu = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let minuterie;
let debutVeille = Date.now();
let pas = 0;

/** A region's HTML without what differs at each rendering. @param {Element} region */
const empreinte = (region) => region.outerHTML.replace(/(name="cle" value=")[^"]*/g, "$1");

/** @param {Element} region */
function occupee(region) {
  const actif = document.activeElement;
  const saisit = actif && region.contains(actif) && actif.matches("input, select, textarea, button, summary");
  return Boolean(saisit || region.querySelector('details.menu[open], form[aria-busy="true"]'));
}

async function regarder() {
  if (document.hidden || Date.now() - debutVeille > VEILLE_MS) return;
  try {
    const reponse = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (reponse.ok && !reponse.redirected) rafraichir(await reponse.text());
  } catch {
    // The next look will tell.
  }
  planifier();
}

/** @param {string} html */
function rafraichir(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const region of tous("[data-region]")) {
    const nom = region.getAttribute("data-region") ?? "";
    const neuve = page.querySelector(`[data-region="${CSS.escape(nom)}"]`);
    if (!neuve || occupee(region)) continue;
    const dite = empreinte(neuve);
    if (connu.get(nom) === dite) continue;
    const ouverts = tous("details", region).map((details) => /** @type {HTMLDetailsElement} */ (details).open);
    connu.set(nom, dite);
    region.replaceWith(neuve);
    tous("details", neuve).forEach((details, rang) => {
      if (ouverts[rang]) /** @type {HTMLDetailsElement} */ (details).open = true;
    });
    animer(neuve);
    pas = 0;
  }
}

/** The next look: soon at first, then less and less often. */
function planifier() {
  clearTimeout(minuterie);
  const rythmes = tous("[data-vivant]").map((region) => Number(region.getAttribute("data-vivant")));
  if (!rythmes.length) return;
  const base = Math.min(...rythmes);
  const secondes = Math.min(base * 1.15 ** pas, Math.max(base, 20));
  pas += 1;
  minuterie = setTimeout(regarder, secondes * 1000);
}

function veiller() {
  pas = 0;
  debutVeille = Date.now();
  planifier();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && document.querySelector("[data-vivant]")) {
    veiller();
    regarder();
  }
});

/* ------------------------------------------------------- the board by hand */

/** @param {HTMLElement} carte */
function animerCarte(carte) {
  carte.draggable = true;
  carte.addEventListener("dragstart", (evenement) => {
    evenement.dataTransfer?.setData("text/plain", carte.dataset.carte ?? "");
    carte.classList.add("carte--prise");
  });
  carte.addEventListener("dragend", () => carte.classList.remove("carte--prise"));
}

/** @param {HTMLElement} colonne */
function animerColonne(colonne) {
  const etape = colonne.dataset.etape;
  colonne.addEventListener("dragover", (evenement) => {
    evenement.preventDefault();
    colonne.classList.add("board__col--cible");
  });
  colonne.addEventListener("dragleave", () => colonne.classList.remove("board__col--cible"));
  colonne.addEventListener("drop", (evenement) => {
    evenement.preventDefault();
    colonne.classList.remove("board__col--cible");
    const id = evenement.dataTransfer?.getData("text/plain") ?? "";
    const carte = document.querySelector(`[data-carte="${CSS.escape(id)}"]`);
    const choix = carte?.querySelector('select[name="etapePipeline"]');
    if (!(choix instanceof HTMLSelectElement) || !etape || choix.value === etape) return;
    choix.value = etape;
    choix.form?.requestSubmit();
  });
}

/* --------------------------------------------------------------- beginning */

/** @param {HTMLFormElement} form */
async function verifier(form) {
  const donnees = new URLSearchParams();
  for (const [nom, valeur] of new FormData(form)) donnees.append(nom, String(valeur));
  try {
    const reponse = await demander(form.action, { method: "POST", body: donnees });
    const fin = estJson(reponse) ? await suivre(await reponse.json(), () => {}) : null;
    // Stripe has answered: from here on the page tells what is known.
    if (fin?.statut === "termine") {
      const url = new URL(location.href);
      url.searchParams.set("retour", "verifie");
      history.replaceState(null, "", url);
    }
    await regarder();
  } catch {
    // The button is still there.
  }
}

/** @param {HTMLAnchorElement} lien */
async function suivreLien(lien) {
  const fin = await suivre({ statut: "en_attente", suivi: lien.href }, () => {}).catch(() => null);
  if (fin?.suite) location.assign(fin.suite);
  else if (fin) location.reload();
}

/** Enhances what is in `dans`, once. @param {ParentNode & Node} dans */
function animer(dans) {
  /** @template {Element} T @param {string} selecteur @param {(element: T) => void} faire */
  const chaque = (selecteur, faire) => {
    const elements = /** @type {Element[]} */ (tous(selecteur, dans));
    if (dans instanceof Element && dans.matches(selecteur)) elements.push(dans);
    for (const element of elements) {
      if (element.hasAttribute("data-anime")) continue;
      element.setAttribute("data-anime", "");
      faire(/** @type {T} */ (element));
    }
  };
  for (const region of tous("[data-region]", dans)) {
    const nom = region.getAttribute("data-region") ?? "";
    if (!region.hasAttribute("data-vu")) connu.set(nom, empreinte(region));
  }
  chaque("form[data-job]", (/** @type {HTMLFormElement} */ form) => form.addEventListener("submit", envoyer));
  chaque("[data-copier]", animerCopie);
  chaque("[data-toast]", animerToast);
  chaque("[data-carte]", animerCarte);
  chaque("[data-etape]", animerColonne);
  chaque("form[data-verifier]", verifier);
  chaque("a[data-suivre]", suivreLien);
  chaque("[data-imprimer]", (/** @type {HTMLElement} */ bouton) => {
    bouton.hidden = false;
    bouton.addEventListener("click", () => print());
  });
  chaque("form[data-une-fois]", (/** @type {HTMLFormElement} */ form) => {
    const bouton = form.querySelector("button");
    form.addEventListener("submit", () => setTimeout(() => bouton && (bouton.disabled = true)));
    addEventListener("pageshow", () => bouton && (bouton.disabled = false));
  });
}

document.addEventListener("click", (evenement) => {
  for (const menu of tous("details.menu[open]")) {
    if (!menu.contains(/** @type {Node} */ (evenement.target))) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (evenement) => {
  if (evenement.key !== "Escape") return;
  for (const menu of tous("details.menu[open]")) {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  }
});

animer(document);
oublierFait();
veiller();
