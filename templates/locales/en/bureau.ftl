# The freelancer's pages.
connexion-titre = Sign in
se-connecter = Sign in
connexion-oubli = Forgotten password?
connexion-client = Are you a client? Open the link that you were sent: there is no account to create.
affiche-payer = Pay.
affiche-suivre = Follow.
affiche-demander = Ask.
affiche-pied = Your clients’ counter
installation-titre = First account
installation-phrase = This link works once: it creates your account.
installation-creer = Create my account

tableau-a-faire = To do
tableau-lignes = { $nombre ->
    [0] nothing to do
    [one] one line
   *[other] { $nombre } things to do, the most urgent first
}
tableau-rien = Nothing to do for now.
tableau-gagnee-sans-lien = { $lien }, won without a link
tableau-argent = Money
bienvenue = Welcome to the counter
bienvenue-phrase = Add a client, then the deal you won with them: its payment link is one click away, and what follows shows here.
bienvenue-stripe = Set up Stripe
tableau-argent-aide = By currency, never added up
tableau-argent-legende = Sums by currency
tableau-argent-rien = Nothing owed or received this month.
tableau-tickets = Open tickets
tableau-tickets-nombre = { $nombre ->
    [0] no ticket
    [one] one ticket
   *[other] { $nombre } tickets
}{ $attend ->
    [0] {""}
    [one] , one awaits your reply
   *[other] , { $attend } wait for your reply
}
tableau-tickets-rien = No open ticket.
tableau-mouvements = Recent
tableau-mouvements-rien = Nothing yet.
voir-litige = View the dispute
litige-avant = evidence to send by { $date }
relancer = Send a reminder
tableau-a-faire-suite = See all won deals
tableau-lignes-suite = the { $nombre } most urgent
voir-stripe = See at Stripe
litige-preuves = evidence sent, the bank decides
repondre-litige = Answer at Stripe
argent-du = Owed
argent-dont-retard = of which overdue
argent-en-cours = Processing
argent-attendu = by about { $date }
argent-conteste = Disputed
argent-recu-mois = Received in { $mois }
argent-paye-annee = Paid in { $annee }
dont-en-retard = of which { $montant } overdue
montant-retenu = { $montant } disputed, held by the bank
en-retard = Overdue
client-toutes-opportunites = Show all their deals

nouveau-client = New client
ajouter-client = Add the client
chercher-client = Search clients
chercher-client-champ = Name or e-mail
clients-aucun = No client yet. Add the first.
clients-aucun-trouve = No client matches.
client-en-langue-fr = in French
client-en-langue-en = in English
client-sans-opportunite = No deal for this client.
fiche = Details
modifier-client = Edit the details
conflit-actuel = { $champ }, saved meanwhile
supprimer-client = Delete this client
supprimer-client-avis = { $lien } disappears with their deals, tickets and history. A client who has paid cannot be deleted.
supprimer-client-oui = Delete for good
tickets-ouverts = Open tickets
tickets-a-repondre = { $nombre ->
    [one] one awaits your reply
   *[other] { $nombre } wait for your reply
}
dernier-contact = Last contact

portail-ouvert = Portal open
portail-ouvert-depuis = Portal open since { $date }
portail-aucun = This client has no private page yet.
generer-lien-portail = Generate portal link
copier-lien-portail = Copy
portail-regenerer = Regenerate
portail-regenerer-avis = A new link replaces the old one, which stops working at once.
portail-regenerer-oui = Regenerate the link
portail-revoquer = Revoke
portail-revoquer-avis = The link stops working at once. The client no longer has a private page.
portail-revoquer-oui = Revoke the link

emails-echanges = E-mails and exchanges
emails-echanges-aide = Keep here what deserves to stay.
sans-objet = (no subject)
email-coupe = The message is longer: only its beginning is kept here.
pieces-jointes = Attachments (only their names are kept):
champ-fichier-eml = Or the message itself, saved from your mail program (.eml)
champ-fichier-eml-aide = Choose it, or drop it on this form. 10 MB at most; of attachments only the names are kept.
onglet-email = E-mail
onglet-note = Note
onglet-ticket = Ticket
ajouter-historique = Add to the history
creer-ticket = Create a ticket
ticket-visible-client = The client reads it on their portal.
historique = History
historique-vide = Nothing yet.
filtrer-historique = Filter the history
filtre-tout = All
filtre-emails = E-mails
filtre-paiements = Payments
filtre-tickets = Tickets
filtre-notes = Notes
filtre-etapes = Stages
modifier-deplacer-supprimer = Edit, move or delete
cette-note = this note
evenement-modifier-email = Edit this e-mail
evenement-modifier-note = Edit this note
evenement-texte = Content
evenement-supprimer-avis = It disappears from the history, for good.
evenement-supprimer-oui = Delete for good

nouvelle-opportunite = New deal
ajouter-opportunite = Add the deal
presentation = View
vue-tableau = Board
vue-liste = List
filtrer-opportunites = Filter the deals
echeance-en_retard = Overdue
echeance-ce_mois = This month
echeance-sans_echeance = No due date
opportunites-sans-client = A deal belongs to a client. Add a client first.
opportunites-aucune-trouvee = No deal matches.
opportunites-aucune = No deals yet. The first one appears here, at its stage.
echeance-passee-sans-lien = Past due, payment link missing
opportunites-nombre = { $nombre ->
    [one] { $nombre } deal
   *[other] { $nombre } deals
}
filtre-client = Client:
retirer-filtres = Remove the filters
filtres-plus = More filters
choisir-client = Choose a client
deplacer = Move
deplacer-vers = Move to
voir-les = Show all { $nombre }
voir-perdues = Show the lost ones
voir-opportunites = { $nombre ->
    [one] Show the deal
   *[other] Show the { $nombre } deals
    }
generer-lien-paiement = Generate payment link
copier-lien = Copy the link
copier-message = Copy the message
message-pret = Message ready to send
message-pret-aide = In your client’s language, with the link
lance-depuis = { $jours ->
    [0] started today
    [one] started yesterday
   *[other] started { $jours } days ago
}
lance-aide = The bank usually confirms within five working days.
page-paiement = Payment page
page-paiement-pas-ouverte = not opened by the client yet
page-paiement-ouverte = opened by the client on { $date }
ouvrir-page-client = Open the client’s page
marquer-gagnee = Mark as won
changer-etape = Change stage
actes-rares = More
montant-manquant = A payment link needs an amount.
indiquer-montant = Enter the amount
prix-fige = Money has come or is on its way: the price no longer changes.
montant-change-avis = Changing the amount or the currency cancels the attempt that is open; the link stays the same.
modifier-opportunite = Edit the deal
supprimer-opportunite = Delete this deal
supprimer-opportunite-avis = “{ $lien }” disappears. A deal that was paid cannot be deleted.
supprimer-opportunite-avis-lien = “{ $lien }” disappears, and its payment link stops working. A deal that was paid cannot be deleted.
supprimer-opportunite-oui = Delete for good
encaisser = Mark as paid
encaisser-avis = For a bank transfer or cash.
encaisser-avis-lien = The payment link will be closed at Stripe, so that your client cannot pay twice.
encaisser-oui = Mark as paid
champ-date-paiement = Received on
annuler-encaissement = Undo this payment
annuler-encaissement-avis = The deal is to be paid again. The payment and its reversal both stay in the history.
annuler-encaissement-oui = Undo this payment
annuler-lien = Cancel the payment link
annuler-lien-avis = The payment page closes at once, at Stripe and here; the link that your client has no longer opens. The next one that you generate is another: send it to them.
annuler-lien-oui = Cancel the link
lien-annule-le = cancelled on { $date }
encaisse-par = Paid by
rembourser = Refund
rembourser-avis = The money goes back to your client, through Stripe. A refund cannot be undone.
rembourser-aide = { $limite } at most.
rembourser-lequel = Which payment
rembourser-oui = Refund for good
remboursement = Refund
remboursements = Refunds
remboursement-demande = Asked for
remboursement-fait = Done
remboursement-prepare = Not confirmed yet
remboursement-prepare-aide = Stripe was asked and has not answered yet. Do not ask twice.
remboursement-a-verifier = To be checked
remboursement-a-verifier-aide = Nobody knows whether Stripe made it. Guichet looks for it at Stripe, a quarter of an hour after it was asked for at the earliest; its amount stays reserved until then.
remboursement-en_cours = Refund on its way
remboursement-en_cours-aide = Stripe has it. The bank usually takes five to ten working days.
remboursement-echoue = Did not come through
motif-balance_insufficient = Your balance at Stripe is too low. Try again after the next payment.
motif-charge_already_refunded = This payment had been refunded already.
motif-charge_disputed = This payment is disputed: it is settled with the bank.
motif-declined = The client’s bank refused it. The money returns to your Stripe balance.
motif-expired_or_canceled_card = The client’s card no longer exists. The money returns to your Stripe balance.
motif-insufficient_funds = Your balance at Stripe was too low.
motif-lost_or_stolen_card = The client’s card is lost or stolen. The money returns to your Stripe balance.
motif-autre = Stripe says: { $code }.
etapes = Stages
paiement = Payment
lien-paiement = Payment link
lien-genere-le = generated on { $date }
envoyer-lien = Send the link
envoyer-rappel = Send a reminder
dernier-envoi = Last sent
envoi-lien_paiement = Link
envoi-rappel = Reminder
envoi-statut-en_attente = not sent yet
envoi-statut-annule = cancelled: there was nothing left to ask for
envoi-statut-echoue = not delivered: check the client’s address
depassee-de = { $jours ->
    [one] one day late
   *[other] { $jours } days late
}
montant-conteste = Held by the bank
montant-repris-aide = The bank found for your client: this money does not come back.
montant-conteste-limite = Your client disputes this payment. Send your evidence at Stripe before { $date }.
montant-conteste-preuves = Your client disputes this payment. Your evidence was sent: the bank decides, there is nothing to do until then.
montant-conteste-aide = Your client disputes this payment. Send your evidence at Stripe before the date shown there.
montant-recu = Received
surplus-aide = Paid twice: refund one of the two payments.
non-conforme-aide = Money came that does not match what was asked. Check in Stripe.
essais = Payment attempts
essai = Attempt { $numero }
essai-commence = Started
essai-issue = Outcome
session-jusqu-au = until { $date }; then the same link opens another
session-refus = card refused on { $date }
reverifier = Check again with Stripe
preuve = Proof
preuve-aide = What happened, what handled it, what changed.
preuve-legende = Each event, its handling and its effect
preuve-evenement = Event
preuve-traitement = Handling
preuve-changement = Change
preuve-essais = { $nombre } attempts
preuve-rien = nothing new in the ledger
preuve-recu-applique = received here, applied at { $applique }
stripe-checkout-session-completed = The client finished on Stripe’s page
stripe-checkout-session-async_payment_succeeded = The bank has paid
stripe-checkout-session-async_payment_failed = The bank did not pay
stripe-checkout-session-expired = The payment page is closed
stripe-payment_intent-payment_failed = An attempt was refused
stripe-charge-refunded = A refund has left
stripe-refund-created = A refund was requested
stripe-refund-updated = A refund has moved on
stripe-refund-failed = A refund did not come through
stripe-charge-dispute-created = The payment is disputed
stripe-charge-dispute-updated = The dispute has moved on
stripe-charge-dispute-funds_withdrawn = The disputed sum was taken
stripe-charge-dispute-funds_reinstated = The disputed sum came back
stripe-charge-dispute-closed = The dispute is closed
preuve-historique = History:
liste-coupee = Only the latest { $nombre } are shown.
preuve-identifiant = Id
preuve-arrive = Happened at Stripe
preuve-recu = Received here
preuve-applique = Applied
preuve-corps = As Stripe sent it
preuve-corps-aide = The token of your payment link is blanked in it.
preuve-rejouer = Replay this event
preuve-rejouer-aide = What it says is applied once more; nothing counts twice.

filtrer-tickets = Filter the tickets
chercher-ticket = Search tickets
chercher-ticket-champ = Subject or client
tickets-aucun = No ticket.
tickets-aucun-phrase = Your clients create them on their private page; you do here or on a client’s page.
tickets-sans-client = A ticket belongs to a client. Add a client first.
nouveau-ticket = New ticket
ticket-visible-portail = The client reads it on their private page, if they have one.
tickets-aucun-trouve = No ticket matches.
ticket-sans-portail = This client has no private page: they will not see your reply.
statuts-ticket-nouveau = New
statuts-ticket-en_cours = Open
statuts-ticket-resolu = Resolved
ticket-attend-vous = Awaiting your reply
ticket-attend-client = Awaiting the client
ticket-invisible = The client cannot see it: no private page
ticket-resoudre = Mark as resolved
ticket-rouvrir = Reopen
non-lu = Unread
marquer-lu = Mark as read
composer = Add an e-mail, a note or a ticket
reglages-stripe-dabord = Stripe is not set up: begin there, so that your clients can pay.
tout-lire = Read it all
nav-a-faire = to do
non-lus = { $nombre ->
   *[other] unread
}
conversation = Conversation

job-avancement = Progress
job-en_attente = Queued
job-en_cours = Running
job-rejete = Request refused
job-inconnu = Not confirmed
job-echoue = Set aside
job-patience = Your request is recorded. It will be handled even if you leave this page.
job-rejete-phrase = The request was refused.
job-inconnu-phrase = We have no trace of this request: nothing says that it was done. Look, and do it again if need be.
job-echoue-phrase = The request could not be handled. It is kept and can be run again.
job-retour = Go back

oubli-titre = Forgotten password
oubli-phrase = Give the address of your account. A link will let you choose a new password.
oubli-envoyer = Send the link
oubli-envoye = If an account has this address, an e-mail has just been sent to it. Its link works for one hour.
oubli-sans-courriel = This server sends no mail: ask whoever installed Guichet for a new password.
oubli-serveur = On the server it is chosen by this command:
adresse-exemple = you@example.com
oubli-retour = Back to sign-in
oubli-nouveau-titre = New password
oubli-nouveau-phrase = It replaces the old one, ends all sessions and revokes the access tokens.

reglages-profil = Profile
reglages-mot-de-passe-aide = Changing it ends your other sessions. Your access tokens keep working: revoke those you no longer trust.
reglages-changer-mot-de-passe = Change the password
reglages-avis-mot-de-passe = Password changed. Your other sessions are closed; your access tokens keep working.
reglages-avis-sessions = Signed out.
reglages-logo = Logo
reglages-logo-aide = At the head of the pages that your clients open.
reglages-logo-ajouter = Add the logo
reglages-logo-remplacer = Replace the logo
reglages-logo-retirer = Remove the logo
reglages-couleur = Colour
reglages-couleur-aide = A band at the head of the pages that your clients open.
reglages-couleur-aucune = None yet.
reglages-couleur-choisir = Save the colour
reglages-couleur-retirer = Remove the colour
champ-couleur = Your colour
champ-logo = Picture
champ-logo-aide = PNG, JPEG or WebP, 100 KB at most. A white ground suits both themes.
reglages-sessions = Sessions
reglages-sessions-aide = Where you are signed in.
session-appareil = Device
session-appareil-inconnu = Unknown device
session-vue = Last seen
session-ouverte-le = opened on { $date }
session-actuelle = this one
session-fermer = Sign out
session-fermer-autres = Sign out all others
reglages-jetons = Access tokens
reglages-jetons-aide = For your scripts, instead of your password. A token opens the whole API in your name, except sessions, the password and tokens.
champ-jeton-nom = Name of the token
champ-jeton-nom-aide = What will use it, { $max } characters at most.
jeton-creer = Create a token
jeton-cree = Created
jeton-nouveau = New access token
jeton-une-fois = Copy it now: it will never be shown again.
jeton-pret = If it gets lost, revoke it and create another.
jeton-en-file = Its creation is still queued: it will open as soon as it appears in the list below. If it does not, create another.
jeton-copier = Copy the token
jeton-revoquer = Revoke
jeton-revoquer-avis = Scripts that use it will no longer get in, from now on.
jeton-revoquer-oui = Revoke this token
reglages-stripe-aide = One Stripe account per server: all its users share it.
stripe-cle = Key
stripe-cle-reelle = Live mode
stripe-cle-test = Test mode
stripe-cle-absente = Missing
stripe-secret = Webhook secret
stripe-secret-present = Set
stripe-secret-absent = Missing
stripe-dernier = Last event received
stripe-dernier-aucun = None yet
stripe-webhook = Webhook address, to copy into Stripe
stripe-evenements = Events to tick
stripe-manque = What is missing
stripe-manque-cle = Stripe’s secret key: give STRIPE_SECRET_KEY to the worker. Until then no link can be paid.
stripe-manque-secret = The webhook’s secret: add the webhook in Stripe, then give STRIPE_WEBHOOK_SECRET to the edge.
stripe-manque-evenement = A first event: send a test one from Stripe to check the address.
stripe-manque-reel = A live-mode key: with a test-mode key no payment is real, and Guichet’s sums are those of a trial.
stripe-complet = Nothing is missing.
copier-adresse = Copy the address
reglages-courriels = E-mails
courriels-aide = Without a mail server Guichet sends nothing: no links, no reminders, no news. Give SMTP_URL and MAIL_FROM to the worker.
courriels-serveur = Mail server
courriels-serveur-present = Configured
courriels-serveur-absent = Missing
courriels-dernier = Last sent
courriels-dernier-aucun = None yet
courriels-attente = Waiting
courriels-refuses = Not delivered
courriels-reponse = The server’s answer
courriel-type-lien_paiement = Payment link
courriel-type-rappel = Reminder
courriel-type-paiement_recu = Payment received
courriel-type-paiement_echoue = Payment failed
courriel-type-paiement_enquete = The bank’s inquiry
courriel-type-paiement_conteste = Payment disputed
courriel-type-paiement_non_conforme = Payment to check
courriel-type-ticket_cree = New ticket
courriel-type-ticket_reponse = Reply to a ticket
courriel-type-mot_de_passe = New password
courriel-statut-echoue = Given up
courriel-statut-en_attente = { $nombre ->
    [one] One try, more to come
   *[other] { $nombre } tries, more to come
}

# Said once, when it is done.
fait-CreateUtilisateur = Account created. Sign in.
fait-UpdateUtilisateur = Settings saved.
fait-UpdateLogo = Logo updated.
fait-UpdateMotDePasse = Password changed.
fait-ResetMotDePasse = Password changed. Sign in.
fait-CreateJetonApi = Token created.
fait-RevokeJetonApi = Token revoked.
fait-CreateClient = Client added.
fait-UpdateClient = Details saved.
fait-DeleteClient = Client deleted.
fait-EraseClient = Personal data erased.
fait-GeneratePortail = Portal link generated.
fait-RevokePortail = Portal link revoked.
fait-CreateOpportunite = Deal added.
fait-UpdateOpportunite = Deal saved.
fait-DeleteOpportunite = Deal deleted.
fait-CreateTicket = Ticket created.
fait-UpdateTicket = Ticket saved.
fait-ReplyTicket = Reply sent.
fait-RecordEmail = Added to the history.
fait-deja-la = This message is already in the history.
fait-RecordNote = Added to the history.
fait-UpdateEvenement = History saved.
fait-DeleteEvenement = Deleted from the history.
fait-ReadEvenement = Marked as read.
fait-CreateCheckoutSession = Payment link ready.
fait-RefreshPayment = Checked with Stripe.
fait-CancelPaymentLink = Payment link cancelled.
fait-RecordPayment = Marked as paid.
fait-ReplayStripeEvent = Event replayed.
fait-RefundPayment = Refund taken by Stripe.
fait-ReversePayment = Payment undone.
fait-SendLienPaiement = The link goes out by e-mail.
