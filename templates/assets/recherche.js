// @ts-check
/**
 * Search from anywhere on the freelancer's pages: the palette (Ctrl-K), the field of the masthead (/), the list
 * of keys (?). Without this file the field is a plain form that leads to /recherche.
 */
export {};

/** A piece of a text, and whether it is what was looked for.
 * @typedef {{ texte: string, trouve: boolean }} Morceau
 */
/** What `/api/recherche` answers of one thing that was found.
 * @typedef {{ chemin: string, type: string, titre: Morceau[], extrait: Morceau[], clientNom: string }} Trouvaille
 */

/** Somebody who types is let finish. */
const FRAPPE_MS = 150;

/** @param {string} balise @param {...(string | Node)} contenu */
function element(balise, ...contenu) {
  const neuf = document.createElement(balise);
  neuf.append(...contenu);
  return neuf;
}

/** @param {Trouvaille} trouvaille */
function ligne({ chemin, type, titre, extrait, clientNom }) {
  const texte = titre.length ? titre : extrait;
  const lien = document.createElement("a");
  lien.href = chemin;
  lien.append(element("bdi", ...texte.map(({ texte, trouve }) => (trouve ? element("mark", texte) : texte))));
  if (type !== "client") {
    const client = element("bdi", clientNom);
    client.className = "small quiet";
    lien.append(client);
  }
  return element("li", lien);
}

class RechercheRapide extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #frappe;
  /** Counts what was asked: an answer that comes late is not shown. */
  #tour = 0;

  connectedCallback() {
    document.addEventListener("keydown", this.#touche);
    const champ = this.#champ();
    champ?.addEventListener("input", () => {
      clearTimeout(this.#frappe);
      this.#frappe = setTimeout(() => this.#chercher(champ.value), FRAPPE_MS);
    });
    this.#dialogue("palette")?.addEventListener("keydown", (evenement) => this.#parcourir(evenement));
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#touche);
  }

  /** @param {string} nom @returns {HTMLDialogElement | null} */
  #dialogue = (nom) => this.querySelector(`dialog[data-dialogue="${nom}"]`);
  /** @returns {HTMLInputElement | null} */
  #champ = () => this.querySelector("dialog input");

  /** @param {KeyboardEvent} evenement */
  #touche = (evenement) => {
    const saisit = evenement.target instanceof Element && evenement.target.matches("input, select, textarea");
    const commande = evenement.ctrlKey || evenement.metaKey;
    if (commande && evenement.key.toLowerCase() === "k") this.#ouvrir(evenement, "palette");
    else if (commande || evenement.altKey || saisit || document.querySelector("dialog[open]")) return;
    else if (evenement.key === "?") this.#ouvrir(evenement, "clavier");
    else if (evenement.key === "/") {
      evenement.preventDefault();
      /** @type {HTMLInputElement | null} */ (this.querySelector(".search input"))?.focus();
    }
  };

  /** @param {Event} evenement @param {string} nom */
  #ouvrir(evenement, nom) {
    evenement.preventDefault();
    if (document.querySelector("dialog[open]")) return;
    this.#dialogue(nom)?.showModal();
    this.#champ()?.select();
  }

  /** @param {string} saisie */
  async #chercher(saisie) {
    const tour = (this.#tour += 1);
    const liste = this.querySelector("[data-trouve]");
    if (!(liste instanceof HTMLElement)) return;
    if (!saisie.trim()) return liste.replaceChildren();
    try {
      const reponse = await fetch(`/api/recherche?limite=5&q=${encodeURIComponent(saisie)}`);
      if (!reponse.ok) return;
      const { elements } = await reponse.json();
      if (tour !== this.#tour) return;
      liste.replaceChildren(...(elements.length ? elements.map(ligne) : [element("li", liste.dataset.rien ?? "")]));
    } catch {
      // The form still leads to the page.
    }
  }

  /** Up and down between the field and what was found. @param {KeyboardEvent} evenement */
  #parcourir(evenement) {
    const pas = { ArrowDown: 1, ArrowUp: -1 }[evenement.key];
    if (!pas) return;
    evenement.preventDefault();
    /** @type {HTMLElement[]} */
    const arrets = [...this.querySelectorAll(".palette input, [data-trouve] a")].filter((it) => it instanceof HTMLElement);
    const ici = arrets.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    arrets[(ici + pas + arrets.length) % arrets.length]?.focus();
  }
}

customElements.define("recherche-rapide", RechercheRapide);
