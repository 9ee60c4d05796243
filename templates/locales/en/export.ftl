# Files to take away: links, and the heads of their columns.
export-csv = Export (CSV)
export-paiements-csv = Export the payments (CSV)
export-client = Export all that is held about this client (JSON)
export-ajoute = Added on
export-identifiant = Id
export-reference = Reference
export-mouvement = Movement
export-mode = Mode
export-reel = live
export-test = test
export-conforme = As expected
export-oui = yes
export-non = no
