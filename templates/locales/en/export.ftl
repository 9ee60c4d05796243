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
export-page = Page

# Forgetting a client.
effacer-client = Erase personal data
effacer-client-lien = Erase their personal data…
effacer-part = What goes
effacer-part-quoi = Name, e-mail address, the e-mails and notes of the history, tickets and their messages, deals without a payment, the titles of the others, the private page and the payment links. A payment that is open at Stripe is cancelled first.
effacer-reste = What stays
effacer-reste-quoi = Payments received, refunded or disputed: amounts, dates, receipt numbers and Stripe’s references, under a pseudonym. They can still be refunded, and what Stripe still tells of them is recorded. First print the receipts that you must keep with a name.
effacer-ailleurs = Stripe, your mailbox and your backups keep copies of their own: erase the client there too.
effacer-confirmer = Confirm
effacer-client-avis = “{ $lien }” is erased for good. First export the copy that you must give them.
effacer-oui = Erase for good
client-efface-le = Personal data erased on { $date }. This card is only read for its payments now.
opportunite-effacee-le = The client’s personal data was erased on { $date }. The deal stays for its payments.
preuve-corps-reduit = What is left of the event
preuve-corps-reduit-aide = The client was erased: amounts, dates and references are left, enough to replay the event.
