# The pages that clients open by a private link.
pour-client = For { $nom }
portail-intro = Pay, follow, ask: everything we do together is on this page.
a-payer = To pay
a-payer-maintenant = To pay now
prochain-paiement = Next payment
a-repondre-maintenant = A reply is waiting for you
attend-votre-reponse = { $nom } has replied to you.
echeance-le = Due on { $date }.
echeance-courte = due { $date }
paye-courte = paid { $date }
par-stripe = Card or bank debit, on Stripe’s secure page.
par-stripe-autre = On Stripe’s secure page.
rien-a-faire = Nothing to do
rien-a-faire-phrase = All is in order. You can close this page.
projets-prestations = Projects / Services
prestations-nombre = { $nombre ->
    [one] one service
   *[other] { $nombre } services
}{ $payees ->
    [0] {""}
    [one] , one paid
   *[other] , { $payees } paid
}
prestations-payees = { $nombre ->
    [one] one service paid
   *[other] { $nombre } services paid
}
prestations-aucune = Nothing to pay for now.
rendus-sur = { $rendu } of { $total } refunded.
payer = Pay
support = Support
demandes-nombre = { $nombre ->
    [one] one request
   *[other] { $nombre } requests
}
reponse-recue = A reply for you
ticket-invite = A question, a problem, a request?
de-quoi-s-agit-il = What is it about?
ajouter-message = Add a message
ticket-reponse-ici = { $nom } will reply right here.
derniers-echanges = Recent exchanges
votre-page = Your page
repondre-rouvre = Your message will reopen this request.
pied-portail = A private page, without account or cookie. This link is yours: do not forward it.
pied-payer = A page without account or cookie. It shows this payment only.

activite-paiement_recu = Payment received for “{ $lien }”
activite-paiement_encaisse = Payment received for “{ $lien }”
activite-encaissement_annule = A payment noted by mistake for “{ $lien }” is taken back
activite-paiement_lance = Debit started for “{ $lien }”
activite-paiement_echoue = Payment failed for “{ $lien }”
activite-paiement_rembourse = Refund on “{ $lien }”
activite-ticket_cree = { $nom } opened “{ $lien }”
activite-ticket_cree-vous = You wrote “{ $lien }”
activite-ticket_reponse = { $nom } replied to “{ $lien }”
activite-ticket_reponse-vous = You replied to “{ $lien }”
activite-ticket_resolu = “{ $lien }” is resolved

payer-titre = Pay { $montant } to { $nom }
avancement-paiement = Progress of the payment
verification = We are checking your payment
verification-phrase = You are back from the payment page. The confirmation usually comes within seconds. Do not pay a second time.
verification-fermer = You can close this page: it updates itself, and your receipt will be here.
verifier = Check the payment
non-confirme = Payment not confirmed.
non-confirme-phrase = Stripe has not confirmed a payment. If your bank has charged you, do not pay a second time: come back in a moment.
annule = Payment cancelled.
non-debite = You were not charged.
payer-stripe-phrase = You go to Stripe’s secure page, then come back here.
payer-carte-ou-prelevement = Card or bank debit.
payer-non-configure = Online payment is not open yet. Nothing is asked of you for now.
payer-preparation = The payment page is being prepared. Press again in a moment: you will pay only once.
continuer-stripe = Continue to Stripe
payer-lien-durable = This link stays valid until it is paid. Come back to it whenever you like.
payer-fermee = Nothing to pay
payer-fermee-phrase = This payment is not open. If in doubt, ask { $nom }.
payer-en_cours-phrase = Your bank is confirming the debit. Do not pay a second time.
payer-echoue-phrase = The last payment was refused. You were not charged. You can try again.
payer-paye-phrase = This is paid, thank you. There is nothing else to do.
payer-rembourse_partiel-phrase = Part of this payment was refunded to you.
payer-rembourse-phrase = This payment was refunded to you.
remboursement-en-route = A refund of { $montant } is on its way. It usually arrives within five to ten days.
payer-conteste-phrase = This payment is disputed with your bank. Nothing is asked of you here.
payer-repris-phrase = Your bank gave this payment back to you. Nothing is asked of you here.
payer-conteste-part = { $part } of { $total } is disputed with your bank. Nothing is asked of you here.
payer-repris-part = Your bank gave { $part } of { $total } back to you. Nothing is asked of you here.
retour-paiement = Back to the payment
lance-le = Started on
de = From
pour = For
bon-a-savoir = Good to know

envoi-en_attente = Sending
envoi-en_cours = Sending
envoi-rejete = Refused
envoi-inconnu = Not confirmed
envoi-echoue = Not handled yet
envoi-patience = Your message is recorded. It will be handled even if you leave this page.
envoi-rejete-phrase = Your message was not accepted.
envoi-inconnu-phrase = We have no trace of it: nothing says that it arrived. Look at your page, and send it again if need be.
envoi-echoue-phrase = Your message is kept, but could not be handled yet.
envoi-retour = Back to your page

# Said once, when it is done.
fait-client-CreateTicket = Your request was sent.
fait-client-ReplyTicket = Your message was sent.
fait-client-RefreshPayment = Checked.
fait-client-CreateCheckoutSession = The payment page is ready.

# A ready text for the freelancer to send.
message-client =
    Hello,

    Here is the link to pay for “{ $titre }” ({ $montant }): { $lien }

    It stays valid until it is paid.

    Kind regards,
    { $nom }

message-client-rappel =
    Hello,

    Unless I am mistaken, “{ $titre }” ({ $montant }, due on { $echeance }) is still to be paid. Here is the payment link: { $lien }

    If you have just paid, please disregard this message.

    Kind regards,
    { $nom }
message-client-echoue =
    Hello,

    Your payment for “{ $titre }” ({ $montant }) did not go through: nothing was taken. You can try again, by card or otherwise, with the same link: { $lien }

    Kind regards,
    { $nom }

# What this page is, for whoever receives it.
lien-quoi = What is this link?
lien-quoi-qui = { $nom } sent it to you. It opens this page, which is yours alone: no account, no password, no cookie. Whoever has the link can read it: please do not forward it.
lien-quoi-argent = Payments are made on Stripe’s secure page. Your card and your bank account never pass through here.
lien-quoi-donnees = It holds your work, its payments and your messages. Nothing else, and nothing for anybody else.
lien-quoi-paiement = It holds this payment and its receipt. Nothing else, and nothing for anybody else.
lien-quoi-faux = In doubt? Open nothing further and ask { $nom }, at the number or address you already know.
