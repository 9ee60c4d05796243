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
export-page = Page

# Forgetting a client.
effacer-client = Effacer les données personnelles
effacer-client-lien = Effacer ses données personnelles…
effacer-part = Ce qui disparaît
effacer-part-quoi = Le nom, l’adresse e-mail, les e-mails et les notes de l’historique, les tickets et leurs messages, les opportunités sans paiement, les titres des autres, la page privée et les liens de paiement. Un paiement ouvert chez Stripe est d’abord annulé.
effacer-reste = Ce qui reste
effacer-reste-quoi = Les paiements reçus, remboursés ou contestés : montants, dates, numéros de reçus et références de Stripe, sous un pseudonyme. Vous pourrez encore les rembourser, et ce que Stripe en dira sera enregistré. Imprimez d’abord les reçus que vous devez garder nominatifs.
effacer-ailleurs = Stripe, votre messagerie et vos sauvegardes gardent leurs propres copies : effacez-y aussi le client.
effacer-confirmer = Confirmer
effacer-client-avis = Les données de « { $lien } » sont effacées sans retour. Exportez d’abord ce que vous devez lui remettre.
effacer-oui = Effacer définitivement
client-efface-le = Données personnelles effacées le { $date }. Cette fiche ne se lit plus que pour ses paiements.
opportunite-effacee-le = Données personnelles du client effacées le { $date }. L’opportunité reste pour ses paiements.
preuve-corps-reduit = Ce qui reste de l’événement
preuve-corps-reduit-aide = Le client est effacé : restent les montants, les dates et les références, assez pour rejouer l’événement.
