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
  use.setAttribute("href", `#i-${nom}`);
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
  setTimeout(() => {
    // Who reads it or stands on its button keeps it. Where it was only told, the page goes on from its top.
    if (toast.matches(":hover") || fermer.matches(":focus")) return;
    if (document.activeElement === toast) viser(document.getElementById("contenu"));
    toast.remove();
  }, TOAST_MS);
}

/** Puts the reader at an element that is no control. @param {Element | null} element */
function viser(element) {
  if (!(element instanceof HTMLElement)) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/* ------------------------------------------------- what ends a page's life */

/** What stays said until the next page, first on it or last in a form.
 * @param {string} texte @param {Element | null} [form] @param {[string, string]} [lien] where to, in which words */
function avertir(texte, form, lien) {
  for (const ancien of tous("[data-avis]")) ancien.remove();
  const avis = document.createElement("p");
  avis.className = form ? "field__error form__error wide" : "avis";
  avis.setAttribute("role", "alert");
  avis.setAttribute("data-avis", "");
  const phrase = document.createElement("span");
  phrase.append(texte);
  if (lien) {
    const a = document.createElement("a");
    [a.href, a.textContent] = lien;
    a.target = "_blank";
    phrase.append(" ", a);
  }
  avis.append(...(form ? [icone("retard")] : []), phrase);
  if (form) form.append(avis);
  else document.getElementById("contenu")?.prepend(avis);
  if (form) avis.scrollIntoView({ block: "nearest" });
}

/** Whether the answer leads to sign-in: the session has ended. @param {Response} reponse */
const deconnecte = (reponse) =>
  reponse.status === 401 || (reponse.redirected && new URL(reponse.url).pathname === "/connexion");

/** The session has ended under a form: it stays as it is, to be sent again. @param {Element} form */
function reconnecter(form) {
  const next = encodeURIComponent(location.pathname + location.search);
  avertir(mots.expiree ?? mots.echec ?? "", form, [`/connexion?next=${next}`, mots.reconnexion ?? ""]);
}

/** @param {string} html */
const lire = (html) => new DOMParser().parseFromString(html, "text/html");

/** Why a page of ours is an error: of a dead link its own sentence, of anything else gone that it is gone.
 * @param {Document} page @param {number} statut */
function raison(page, statut) {
  const titre = page.querySelector("main h1");
  const disparu = (statut === 404 || statut === 410) && !titre?.hasAttribute("data-lien-mort");
  return (disparu ? mots.disparu : (page.querySelector("main [data-phrase]") ?? titre)?.textContent) ?? mots.echec ?? "";
}

/** The page that is shown, whatever place of it was gone to. */
const adresse = () => location.pathname + location.search;
let montree = adresse();

/** @param {URL} url @param {boolean} [nouvelle] another page, to which one may go back */
function situer(url, nouvelle = false) {
  url.searchParams.delete("fait");
  if (nouvelle) history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  montree = adresse();
}

/** The confirmation was said: going back or reloading must not say it again. */
function oublierFait() {
  const url = new URL(location.href);
  if (url.searchParams.has("fait")) situer(url);
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

/** @param {string | URL} url @param {RequestInit} [init] */
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
    if (estJson(reponse)) etat = await reponse.json();
    else if (surcharge(reponse)) await attendre(Math.max(repit(reponse), 3));
    else if (deconnecte(reponse)) throw new Deconnexion();
    else return null;
  }
  return etat;
}

/** The session has ended while a job was followed. */
class Deconnexion extends Error {}

/** @param {Response} reponse */
const surcharge = (reponse) => reponse.status === 429 || reponse.status === 503;

/** In how many seconds the server wants to be asked again. @param {Response} reponse */
const repit = (reponse) => Number(reponse.headers.get("retry-after")) || 0;

/** @param {number} secondes */
const attendre = (secondes) => new Promise((suite) => setTimeout(suite, secondes * 1000));

/** en file → en cours → fait, beside the button; « refusé » or « non confirmé » where it ends otherwise, and
 * nothing where the page says more.
 * @param {Element | null} liste @param {() => void} encore sends the form once more: under its key that is the same
 * wish @returns {(statut: string) => void} */
function trajet(liste, encore) {
  const etapes = [
    ["en_attente", mots.file],
    ["en_cours", mots.cours],
    ["termine", mots.fait],
  ];
  return (statut) => {
    if (!(liste instanceof HTMLElement)) return;
    liste.hidden = false;
    const ici = etapes.findIndex(([code]) => code === statut);
    if (statut === "rien") {
      liste.hidden = true;
      liste.replaceChildren();
      return;
    }
    if (ici < 0) {
      const refuse = statut === "rejete" || statut === "echoue";
      const seul = document.createElement("li");
      seul.append(icone(refuse ? "refuse" : "attente"), (refuse ? mots.refuse : mots.nonConfirme) ?? "");
      if (!refuse) {
        const bouton = document.createElement("button");
        bouton.type = "button";
        bouton.className = "textlink";
        bouton.textContent = mots.encore ?? "";
        bouton.addEventListener("click", encore);
        seul.append(bouton);
      }
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

/** @param {HTMLFormElement} form @param {HTMLElement | null} [bouton] that sends it */
function donneesDe(form, bouton = null) {
  const saisie = new FormData(form, bouton);
  if (form.enctype === "multipart/form-data") return saisie;
  const donnees = new URLSearchParams();
  for (const [nom, valeur] of saisie) donnees.append(nom, String(valeur));
  return donnees;
}

/** @param {SubmitEvent} evenement */
async function envoyer(evenement) {
  const form = /** @type {HTMLFormElement} */ (evenement.currentTarget);
  evenement.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  const boutons = /** @type {HTMLButtonElement[]} */ (tous("button", form));
  const donnees = donneesDe(form, evenement.submitter);
  const cible = new URL(form.action);
  // Refused, it is shown on this page.
  if (`${cible.pathname}/`.startsWith(`${location.pathname}/`)) avecAdresse(cible, form);
  const depart = location.pathname;
  const montrer = trajet(form.querySelector("[data-trajet]"), () => form.requestSubmit(evenement.submitter));
  const rendre = () => {
    form.removeAttribute("aria-busy");
    for (const bouton of boutons) bouton.disabled = false;
  };
  form.setAttribute("aria-busy", "true");
  for (const bouton of boutons) bouton.disabled = true;
  for (const ancien of tous("[data-avis]", form)) ancien.remove();
  montrer("en_attente");
  try {
    const reponse = await demander(cible, { method: "POST", body: donnees });
    if (deconnecte(reponse)) throw new Deconnexion();
    if (!estJson(reponse)) {
      rendre();
      // A server that could not take it has not refused it either.
      montrer(reponse.ok ? "rien" : reponse.status < 500 ? "rejete" : "non_confirme");
      return montrerPage(await reponse.text(), reponse, undefined, form);
    }
    const fin = await suivre(await reponse.json(), montrer);
    // Meanwhile another form has led elsewhere: there it is only told.
    const ici = location.pathname === depart;
    if (fin?.statut === "rejete" && ici) {
      // It took a while to be refused. Sent again it is the same wish: its page says why, with a key for the next.
      const refus = await demander(cible, { method: "POST", body: donnees }).catch(() => null);
      if (refus && !estJson(refus) && refus.status < 500 && !surcharge(refus) && !deconnecte(refus)) {
        rendre();
        montrer("rejete");
        return montrerPage(await refus.text(), refus, undefined, form);
      }
    }
    rendre();
    montrer(fin?.statut ?? "non_confirme");
    if (fin?.suite && ici) return await visiter(fin.suite, form);
    if (fin?.suite) dire(mots.fait ?? "");
    else if (fin?.erreur) dire(fin.erreur, "retard");
  } catch (erreur) {
    rendre();
    if (erreur instanceof Deconnexion) {
      montrer("rien");
      return reconnecter(form);
    }
    // Nothing is known: the same form may be sent again, its key makes it one wish.
    montrer("non_confirme");
    dire(mots.echec ?? "", "retard");
  }
}

/** A file that is dropped anywhere on a field's form is chosen and sent. @param {HTMLInputElement} champ */
function animerDepot(champ) {
  const form = champ.form;
  if (!form) return;
  /** @param {DragEvent} evenement */
  const fichiers = (evenement) => evenement.dataTransfer?.types.includes("Files");
  form.addEventListener("dragover", (evenement) => {
    if (!fichiers(evenement)) return;
    evenement.preventDefault();
    form.classList.add("form--depot");
  });
  form.addEventListener("dragleave", (evenement) => {
    if (!form.contains(/** @type {Node | null} */ (evenement.relatedTarget))) form.classList.remove("form--depot");
  });
  form.addEventListener("drop", (evenement) => {
    form.classList.remove("form--depot");
    if (!fichiers(evenement) || !evenement.dataTransfer) return;
    evenement.preventDefault();
    champ.files = evenement.dataTransfer.files;
    form.requestSubmit();
  });
}

/* ------------------------------------------------------- pages in place */

/** This page's own state, as a form leads to it: what was typed in another form stands where this page's address says.
 * @param {URL} cible @param {HTMLFormElement} form */
function avecAdresse(cible, form) {
  if (prendreSaisies(form).length) {
    for (const [nom, valeur] of new URLSearchParams(location.search)) {
      if (!cible.searchParams.has(nom)) cible.searchParams.set(nom, valeur);
    }
  }
}

/** @param {string} suite @param {HTMLFormElement} form that leads there */
async function visiter(suite, form) {
  const cible = new URL(suite, location.href);
  if (cible.pathname === location.pathname) avecAdresse(cible, form);
  try {
    const reponse = await fetch(cible, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (deconnecte(reponse)) return location.assign(cible);
    montrerPage(await reponse.text(), reponse, cible, form);
  } catch {
    // It is done: what is left is to see it.
    location.assign(cible);
  }
}

/** Puts another page in place of this one. Of the same path, its reader stays where they were.
 * @param {string} html @param {Response} reponse @param {URL} [cible] @param {HTMLFormElement} [form] that was sent */
function montrerPage(html, reponse, cible, form) {
  // What was refused is shown again on the page that holds its form, which may be another than this.
  const chezElle = reponse.headers.get("content-location");
  if (!cible && chezElle) cible = new URL(chezElle, location.href);
  const page = lire(html);
  const contenu = page.getElementById("contenu");
  const ici = document.getElementById("contenu");
  if (!contenu || !ici || contenu.querySelector("[data-erreur]") || page.documentElement.lang !== document.documentElement.lang) {
    // An error's sentence is said where the reader stands. In another language
    // everything around the page changes too.
    if (cible) location.assign(cible);
    else dire(raison(page, reponse.status), "retard");
    return;
  }
  const url = cible && reponse.redirected ? new URL(reponse.url) : cible;
  const ailleurs = url && url.pathname !== location.pathname;
  const saisies = form && !ailleurs ? prendreSaisies(form) : [];
  // Without script it leads to the form; with it the reader is taken there.
  for (const sommaire of tous("[data-sommaire]", contenu)) sommaire.remove();
  ici.replaceWith(contenu);
  document.title = page.title;
  for (const ancien of tous(".toast")) ancien.remove();
  const toast = page.querySelector("[data-toast]");
  if (toast) document.body.append(toast);
  const nav = document.querySelector(".nav");
  const sa = page.querySelector(".nav");
  if (nav && sa) nav.replaceWith(sa);
  if (url) situer(url, ailleurs);
  vue += 1;
  morte = false;
  animer(document);
  rendreSaisies(saisies);
  veiller();
  const invalide = contenu.querySelector('[aria-invalid="true"], [role="alert"]');
  if (invalide instanceof HTMLElement) {
    if (!invalide.matches("input, select, textarea")) invalide.tabIndex = -1;
    invalide.scrollIntoView({ block: "center" });
    invalide.focus();
    return;
  }
  if (ailleurs) scrollTo(0, 0);
  if (!form || !continuer(form.action)) viser(toast ?? contenu);
}

/** @returns {HTMLFormElement[]} */
const formulaires = () => tous("form[method='post']");

/** A form's key, or the version that its sender saw. @param {HTMLFormElement} form @param {"cle" | "version"} nom
 * @returns {HTMLInputElement | null} */
const cachee = (form, nom) => form.querySelector(`input[type="hidden"][name="${nom}"]`);

/** What was typed in the other forms of this page, or shown again after a refusal: its next state must not lose it.
 * @param {HTMLFormElement} envoye that was sent */
function prendreSaisies(envoye) {
  return formulaires().flatMap((form) => {
    const cle = cachee(form, "cle")?.value;
    // It was given back while that one was under way: it is sent as well, unless more was typed since.
    const meme = form.action === envoye.action && cle === cachee(envoye, "cle")?.value;
    if (form === envoye || (meme && ecrit(form) === ecrit(envoye))) return [];
    const refuse = form.querySelector(REFUS);
    const champs = champsDe(form)
      .filter((champ) => (estRadio(champ) ? champ.checked : refuse || estSaisi(champ)))
      .filter((champ) => champ.type !== "password");
    if (!refuse && !champs.some(estSaisi)) return [];
    return {
      action: form.action,
      cle: meme ? undefined : cle,
      version: cachee(form, "version")?.value,
      champs: champs.map((champ) => ({ nom: champ.name, ...prendre(champ), initiale: initiale(champ) })),
    };
  });
}

/** @param {HTMLFormElement} form */
const ecrit = (form) => JSON.stringify(champsDe(form).map((champ) => (estRadio(champ) ? champ.checked : champ.value)));

/** Gives it back to the form that has a place for all of it. @param {ReturnType<typeof prendreSaisies>} saisies */
function rendreSaisies(saisies) {
  for (const { action, cle, version, champs } of saisies) {
    for (const form of formulaires().filter((form) => form.action === action)) {
      const places = champs.map(({ nom, valeur }) =>
        champsDe(form).find((champ) => champ.name === nom && peutTenir(champ, valeur)),
      );
      if (places.includes(undefined)) continue;
      // Still the same wish: sent twice it is done once.
      rendreCachee(form, "cle", cle);
      // Somebody else has changed what was typed over: to be told so is better than to overwrite it.
      if (places.some((champ, rang) => champ && initiale(champ) !== champs[rang]?.initiale)) {
        rendreCachee(form, "version", version);
      }
      champs.forEach((saisi, rang) => tenir(places[rang], saisi));
      break;
    }
  }
}

/** @param {HTMLFormElement} form @param {"cle" | "version"} nom @param {string} [valeur] */
function rendreCachee(form, nom, valeur) {
  const champ = cachee(form, nom);
  if (champ && valeur !== undefined) champ.value = valeur;
}

/** The reader goes on in the form that they sent, where it still stands open. @param {string} action */
function continuer(action) {
  const form = /** @type {HTMLFormElement[]} */ (tous("form")).find((autre) => autre.action === action);
  const champ = form?.querySelector("input:not([type='hidden'], [type='radio']), textarea");
  if (champ instanceof HTMLElement) champ.focus({ preventScroll: true });
  return Boolean(champ) && document.activeElement === champ;
}

// A place of the page that is shown is gone to by the browser itself.
addEventListener("popstate", () => {
  if (adresse() !== montree) location.reload();
});

/* ------------------------------------------------------------ live regions */

/** What the server last said of each region, to tell a change from an enhancement. @type {Map<string, string>} */
const connu = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let minuterie;
let debutVeille = Date.now();
let pas = 0;
/** The page's address leads nowhere any more. */
let morte = false;
/** Counts the pages shown, so that what was asked on one is not told on the next. */
let vue = 0;

/** A region's HTML without what differs at each rendering. @param {Element} region */
const empreinte = (region) => region.outerHTML.replace(/(name="cle" value=")[^"]*/g, "$1");

/** What says in a form that it was refused. */
const REFUS = '.field__error, [aria-invalid="true"]';

/** What people write or choose in. @param {Element} dans
 * @returns {(HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[]} */
const champsDe = (dans) => tous("input:not([type='hidden']), textarea, select", dans);

/** @typedef {ReturnType<typeof champsDe>[number]} Champ */

/** What the page came with. @param {Champ} champ */
function initiale(champ) {
  if (!(champ instanceof HTMLSelectElement)) return champ.defaultValue;
  const options = [...champ.options];
  return (options.find((option) => option.defaultSelected) ?? options[0])?.value;
}

/** @param {Champ} champ @returns {champ is HTMLInputElement} */
const estRadio = (champ) => champ.type === "radio";

/** Whether it holds something else than the page came with. A choice in a menu that was closed again was given up.
 * @param {Champ} champ */
const estSaisi = (champ) =>
  (estRadio(champ) ? champ.checked && !champ.defaultChecked : champ.value !== initiale(champ)) &&
  !champ.closest("details.menu:not([open])");

/** @param {Champ} champ @param {string} valeur */
function peutTenir(champ, valeur) {
  if (champ instanceof HTMLSelectElement) return [...champ.options].some((option) => option.value === valeur);
  return !estRadio(champ) || champ.value === valeur;
}

/** What it holds. @param {Champ} champ @returns {{ valeur: string, fichiers: FileList | null }} */
const prendre = (champ) => ({ valeur: champ.value, fichiers: champ instanceof HTMLInputElement ? champ.files : null });

/** Gives it what another one held, and shows it. @param {Champ | undefined} champ @param {ReturnType<typeof prendre>} saisi */
function tenir(champ, { valeur, fichiers }) {
  if (!champ) return;
  if (champ instanceof HTMLInputElement && champ.type === "file") champ.files = fichiers;
  else champ.value = valeur;
  if (estRadio(champ)) champ.checked = true;
  champ.closest(PLI)?.setAttribute("open", "");
}

/** Somebody writes, has written, chooses, mends what was refused or waits in it. @param {Element} region */
function occupee(region) {
  if (champsDe(region).some(estSaisi)) return true;
  const saisit = document.activeElement?.matches("input, select, textarea") && region.contains(document.activeElement);
  return Boolean(saisit || region.querySelector(`${REFUS}, details.menu[open], form[aria-busy="true"]`));
}

/** What tells a control from its neighbours, in the page as it was and as it is. @param {Element} controle */
const signe = (controle) => `${controle.tagName} ${controle.getAttribute("href")} ${controle.textContent}`;

async function regarder() {
  if (morte || document.hidden || Date.now() - debutVeille > VEILLE_MS) return;
  let repos = 0;
  const celle = vue;
  try {
    const reponse = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    const html = await reponse.text();
    if (celle !== vue) return;
    if (reponse.status === 404 || reponse.status === 410) {
      morte = true;
      clearTimeout(minuterie);
      return avertir(raison(lire(html), reponse.status));
    }
    // Nothing more to see; whoever comes back to the tab, signed in again, looks again.
    if (deconnecte(reponse) || reponse.status === 403) return clearTimeout(minuterie);
    if (surcharge(reponse)) repos = Math.max(repit(reponse), 60);
    else if (reponse.ok && !reponse.redirected) rafraichir(html);
  } catch {
    // The next look will tell.
  }
  planifier(repos);
}

/** Folds that stay as their reader left them; a menu is closed by what was chosen in it. */
const PLI = "details:not(.menu)";

/** By its stage on the board, whose count may change, else by its words: what stands before it may have come or gone.
 * @param {Element} pli */
const nomDuPli = (pli) =>
  pli.closest("[data-etape]")?.getAttribute("data-etape") ?? pli.querySelector("summary")?.textContent?.trim() ?? "";

/** @param {string} html */
function rafraichir(html) {
  const page = lire(html);
  for (const region of tous("[data-region]")) {
    const nom = region.getAttribute("data-region") ?? "";
    const neuve = page.querySelector(`[data-region="${CSS.escape(nom)}"]`);
    if (!neuve || occupee(region)) continue;
    // What was new when it was seen stays marked until something newer comes.
    if (region.querySelector("form[data-lire]") && !neuve.querySelector("form[data-lire]")) continue;
    const dite = empreinte(neuve);
    if (connu.get(nom) === dite) continue;
    const actif = document.activeElement;
    const tenu = actif && region.contains(actif) ? signe(actif) : null;
    const plis = new Map(/** @type {HTMLDetailsElement[]} */ (tous(PLI, region)).map((pli) => [nomDuPli(pli), pli.open]));
    connu.set(nom, dite);
    region.replaceWith(neuve);
    animer(neuve);
    for (const pli of /** @type {HTMLDetailsElement[]} */ (tous(PLI, neuve))) {
      pli.open = plis.get(nomDuPli(pli)) ?? pli.open;
    }
    // Whoever stands on a control stands on it still.
    const meme = tenu && tous("a, button, summary", neuve).find((controle) => signe(controle) === tenu);
    if (meme instanceof HTMLElement) meme.focus({ preventScroll: true });
    const annonce = neuve.getAttribute("data-annonce");
    if (annonce && annonce !== region.getAttribute("data-annonce")) {
      dire(annonce);
      for (const erreur of tous("[data-caduque]")) erreur.remove();
    }
    pas = 0;
  }
}

/** The next look: soon at first, then less and less often. @param {number} [repos] seconds at least */
function planifier(repos = 0) {
  clearTimeout(minuterie);
  if (morte) return;
  const rythmes = tous("[data-vivant]").map((region) => Number(region.getAttribute("data-vivant")));
  if (!rythmes.length) return;
  const base = Math.min(...rythmes);
  const secondes = Math.max(repos, Math.min(base * 1.15 ** pas, Math.max(base, 20)));
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
    for (const colonne of tous("[data-etape]")) {
      colonne.classList.toggle("board__col--possible", !colonne.contains(carte));
    }
  });
  carte.addEventListener("dragend", () => {
    carte.classList.remove("carte--prise");
    for (const colonne of tous("[data-etape]")) colonne.classList.remove("board__col--possible", "board__col--cible");
  });
}

/** @param {HTMLElement} colonne */
function animerColonne(colonne) {
  const etape = colonne.dataset.etape;
  colonne.addEventListener("dragover", (evenement) => {
    evenement.preventDefault();
    colonne.classList.toggle("board__col--cible", colonne.classList.contains("board__col--possible"));
  });
  colonne.addEventListener("dragleave", (evenement) => {
    if (!colonne.contains(/** @type {Node | null} */ (evenement.relatedTarget))) {
      colonne.classList.remove("board__col--cible");
    }
  });
  colonne.addEventListener("drop", (evenement) => {
    evenement.preventDefault();
    colonne.classList.remove("board__col--cible");
    const id = evenement.dataTransfer?.getData("text/plain") ?? "";
    const carte = document.querySelector(`[data-carte="${CSS.escape(id)}"]`);
    const bouton = carte?.querySelector(`button[name="etapePipeline"][value="${CSS.escape(etape ?? "")}"]`);
    // Its own column has no such button: nothing moves.
    if (bouton instanceof HTMLButtonElement) bouton.form?.requestSubmit(bouton);
  });
}

/* --------------------------------------------------------------- beginning */

/** Whether one can press on what folds it: where there is room its summary is not shown. @param {Element} pli */
const pliable = (pli) => Boolean(pli.querySelector("summary")?.getClientRects().length);

addEventListener("resize", () => {
  for (const pli of tous("details[data-plier]")) if (!pliable(pli)) pli.setAttribute("open", "");
});

/** Sends a form that nobody has to press: whether its job was done. @param {HTMLFormElement} form */
async function envoyerSeul(form) {
  try {
    const reponse = await demander(form.action, { method: "POST", body: donneesDe(form) });
    const fin = estJson(reponse) ? await suivre(await reponse.json(), () => {}) : null;
    return fin?.statut === "termine";
  } catch {
    // The button is still there.
    return false;
  }
}

/** @param {HTMLFormElement} form */
async function verifier(form) {
  // Stripe has answered: from here on the page tells what is known.
  if (await envoyerSeul(form)) {
    const url = new URL(location.href);
    url.searchParams.set("retour", "verifie");
    situer(url);
  }
  await regarder();
}

/** What a person has before them is read; what loads in a tab behind is not. @param {HTMLFormElement} form */
async function marquerLu(form) {
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => marquerLu(form), { once: true });
    return;
  }
  // Its mark stays until the page is left: that it is new is what one came to see.
  if (await envoyerSeul(form)) form.querySelector("button")?.remove();
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
    connu.set(nom, empreinte(region));
  }
  chaque("form[data-job]", (/** @type {HTMLFormElement} */ form) => form.addEventListener("submit", envoyer));
  chaque("input[data-depot]", animerDepot);
  chaque("[data-copier]", animerCopie);
  chaque("[data-toast]", animerToast);
  chaque("[data-carte]", animerCarte);
  chaque("[data-etape]", animerColonne);
  chaque("form[data-verifier]", verifier);
  chaque("form[data-lire]", marquerLu);
  chaque("a[data-suivre]", suivreLien);
  chaque("details[data-plier]", (/** @type {HTMLDetailsElement} */ pli) => (pli.open = !pliable(pli)));
  chaque("[data-voir]", (/** @type {HTMLButtonElement} */ bouton) => {
    const champ = /** @type {HTMLInputElement | null} */ (document.getElementById(bouton.dataset.voir ?? ""));
    bouton.hidden = false;
    bouton.addEventListener("click", () => {
      if (!champ) return;
      const clair = champ.type === "password";
      champ.type = clair ? "text" : "password";
      bouton.setAttribute("aria-pressed", String(clair));
    });
    // A browser keeps what is typed in clear: it is sent as a password.
    champ?.form?.addEventListener("submit", () => {
      champ.type = "password";
      bouton.setAttribute("aria-pressed", "false");
    });
  });
  chaque("[data-imprimer]", (/** @type {HTMLElement} */ bouton) => {
    bouton.hidden = false;
    bouton.addEventListener("click", () => print());
  });
  chaque("form[data-une-fois]", (/** @type {HTMLFormElement} */ form) => {
    const bouton = /** @type {HTMLButtonElement | null} */ (form.querySelector("button:not([type='button'])"));
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
