# The pages that clients open by a private link.
pour-client = Pour { $nom }
portail-intro = Payer, suivre, demander : tout ce que nous faisons ensemble tient sur cette page.
a-payer = À payer
a-payer-maintenant = À payer maintenant
prochain-paiement = Prochain paiement
a-repondre-maintenant = Une réponse vous attend
attend-votre-reponse = { $nom } vous a répondu.
echeance-le = Échéance le { $date }.
echeance-courte = échéance le { $date }
paye-courte = payé le { $date }
par-stripe = Carte ou prélèvement, par la page sécurisée de Stripe.
par-stripe-autre = Par la page sécurisée de Stripe.
rien-a-faire = Rien à faire
rien-a-faire-phrase = Tout est en ordre. Vous pouvez fermer cette page.
projets-prestations = Projets / Prestations
prestations-nombre = { $nombre ->
    [one] une prestation
   *[other] { $nombre } prestations
}{ $payees ->
    [0] {""}
    [one] , une payée
   *[other] , { $payees } payées
}
prestations-payees = { $nombre ->
    [one] une prestation payée
   *[other] { $nombre } prestations payées
}
prestations-aucune = Rien à payer pour le moment.
rendus-sur = { $rendu } rendus sur { $total }.
payer = Payer
support = Support
demandes-nombre = { $nombre ->
    [one] une demande
   *[other] { $nombre } demandes
}
reponse-recue = Une réponse pour vous
ticket-invite = Une question, un souci, une demande ?
de-quoi-s-agit-il = De quoi s’agit-il ?
ajouter-message = Ajouter un message
ticket-reponse-ici = { $nom } vous répondra ici même.
derniers-echanges = Derniers échanges
votre-page = Votre page
repondre-rouvre = Votre message rouvrira cette demande.
pied-portail = Page privée, sans compte ni cookie. Ce lien vous est réservé : ne le transférez pas.
pied-payer = Page sans compte ni cookie. Elle ne montre que ce paiement.

activite-paiement_recu = Paiement reçu pour « { $lien } »
activite-paiement_encaisse = Paiement reçu pour « { $lien } »
activite-encaissement_annule = Un paiement noté par erreur pour « { $lien } » est retiré
activite-paiement_lance = Prélèvement lancé pour « { $lien } »
activite-paiement_echoue = Paiement refusé pour « { $lien } »
activite-paiement_rembourse = Remboursement sur « { $lien } »
activite-ticket_cree = { $nom } a ouvert « { $lien } »
activite-ticket_cree-vous = Vous avez écrit « { $lien } »
activite-ticket_reponse = { $nom } a répondu à « { $lien } »
activite-ticket_reponse-vous = Vous avez répondu à « { $lien } »
activite-ticket_resolu = « { $lien } » est résolu

payer-titre = Payer { $montant } à { $nom }
avancement-paiement = Avancement du paiement
verification = Nous vérifions votre paiement
verification-phrase = Vous revenez de la page de paiement. La confirmation arrive en général en quelques secondes. Ne payez pas une seconde fois.
verification-fermer = Vous pouvez fermer cette page : elle se met à jour seule, et votre reçu y sera.
verifier = Vérifier le paiement
non-confirme = Paiement non confirmé.
non-confirme-phrase = Stripe n’a pas confirmé de paiement. Si votre banque vous a débité, ne payez pas une seconde fois : revenez dans un moment.
annule = Paiement annulé.
non-debite = Vous n’avez pas été débité.
payer-stripe-phrase = Vous allez sur la page sécurisée de Stripe, puis vous revenez ici.
payer-carte-ou-prelevement = Carte ou prélèvement.
payer-non-configure = Le paiement en ligne n’est pas encore ouvert. Rien ne vous est demandé pour le moment.
payer-preparation = La page de paiement se prépare. Appuyez de nouveau dans un instant : vous ne paierez qu’une fois.
continuer-stripe = Continuer vers Stripe
payer-lien-durable = Ce lien reste valable jusqu’au paiement. Vous pouvez y revenir quand vous voulez.
payer-fermee = Rien à payer
payer-fermee-phrase = Ce paiement n’est pas ouvert. En cas de doute, demandez à { $nom }.
payer-en_cours-phrase = Votre banque confirme le prélèvement. Ne payez pas une seconde fois.
payer-echoue-phrase = Le dernier paiement a été refusé. Vous n’avez pas été débité. Vous pouvez réessayer.
payer-paye-phrase = C’est réglé, merci. Rien d’autre à faire.
payer-rembourse_partiel-phrase = Une partie de ce paiement vous a été rendue.
payer-rembourse-phrase = Ce paiement vous a été rendu.
remboursement-en-route = Un remboursement de { $montant } est en route. Il arrive en général sous cinq à dix jours.
payer-conteste-phrase = Ce paiement est contesté auprès de votre banque. Rien ne vous est demandé ici.
payer-repris-phrase = Votre banque vous a rendu ce paiement. Rien ne vous est demandé ici.
payer-conteste-part = { $part } sur { $total } sont contestés auprès de votre banque. Rien ne vous est demandé ici.
payer-repris-part = Votre banque vous a rendu { $part } sur { $total }. Rien ne vous est demandé ici.
retour-paiement = Revenir au paiement
lance-le = Lancé le
de = De
pour = Pour
bon-a-savoir = Bon à savoir

envoi-en_attente = Envoi en cours
envoi-en_cours = Envoi en cours
envoi-rejete = Refusé
envoi-inconnu = Non confirmé
envoi-echoue = Pas encore traité
envoi-patience = Votre message est enregistré. Il sera traité, même si vous quittez cette page.
envoi-rejete-phrase = Votre message n’a pas été accepté.
envoi-inconnu-phrase = Nous n’avons pas trace de cet envoi : rien ne dit qu’il est arrivé. Regardez votre page, puis recommencez si besoin.
envoi-echoue-phrase = Votre message est gardé, mais n’a pas encore pu être traité.
envoi-retour = Revenir à votre page

# Said once, when it is done.
fait-client-CreateTicket = Votre demande est envoyée.
fait-client-ReplyTicket = Votre message est envoyé.
fait-client-RefreshPayment = Vérifié.
fait-client-CreateCheckoutSession = La page de paiement est prête.

# A ready text for the freelancer to send.
message-client =
    Bonjour,

    Voici le lien pour régler « { $titre } » ({ $montant }) : { $lien }

    Il reste valable jusqu’au paiement.

    Bien à vous,
    { $nom }

message-client-rappel =
    Bonjour,

    Sauf erreur, « { $titre } » ({ $montant }, échéance au { $echeance }) reste à régler. Voici le lien de paiement : { $lien }

    Si vous venez de payer, ne tenez pas compte de ce message.

    Bien à vous,
    { $nom }
message-client-echoue =
    Bonjour,

    Votre paiement pour « { $titre } » ({ $montant }) n’a pas abouti : rien n’a été encaissé. Vous pouvez réessayer, par carte ou autrement, avec le même lien : { $lien }

    Bien à vous,
    { $nom }

# Ce qu’est cette page, pour qui la reçoit.
lien-quoi = Qu’est-ce que ce lien ?
lien-quoi-qui = { $nom } vous l’a envoyé. Il ouvre cette page, à vous seul destinée : sans compte, sans mot de passe, sans cookie. Qui a le lien peut la lire : ne le transférez pas.
lien-quoi-argent = Les paiements se font sur la page sécurisée de Stripe. Votre carte et votre compte bancaire ne passent jamais par ici.
lien-quoi-donnees = On y trouve vos prestations, leurs paiements et vos échanges. Rien d’autre, et rien pour personne d’autre.
lien-quoi-paiement = On y trouve ce paiement et son reçu. Rien d’autre, et rien pour personne d’autre.
lien-quoi-faux = Un doute ? N’ouvrez rien de plus et demandez à { $nom }, au numéro ou à l’adresse que vous connaissez déjà.
