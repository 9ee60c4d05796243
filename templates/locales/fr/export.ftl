# Files to take away: links, and the heads of their columns.
export-csv = Exporter (CSV)
export-paiements-csv = Exporter les paiements (CSV)
export-client = Exporter tout ce qui concerne ce client (JSON)
export-ajoute = Ajouté le
export-identifiant = Identifiant
export-reference = Référence
export-mouvement = Mouvement
export-mode = Mode
export-reel = réel
export-test = test
export-conforme = Conforme
export-oui = oui
export-non = non
