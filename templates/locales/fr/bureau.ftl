# The freelancer's pages.
connexion-titre = Connexion
se-connecter = Se connecter
connexion-oubli = Mot de passe oublié ?
connexion-client = Vous êtes client ? Ouvrez le lien que vous avez reçu : il n’y a pas de compte à créer.
affiche-payer = Payer.
affiche-suivre = Suivre.
affiche-demander = Demander.
affiche-pied = Le guichet de vos clients
installation-titre = Premier compte
installation-phrase = Ce lien ne sert qu’une fois : il crée votre compte.
installation-creer = Créer mon compte

tableau-a-faire = À faire
tableau-lignes = { $nombre ->
    [0] rien ne vous attend
    [one] une ligne
   *[other] { $nombre } lignes, la plus urgente d’abord
}
tableau-rien = Rien à faire pour le moment.
tableau-gagnee-sans-lien = { $lien }, gagnée sans lien
tableau-argent = Argent
bienvenue = Bienvenue au guichet
bienvenue-phrase = Ajoutez un client, puis l’opportunité gagnée avec lui : son lien de paiement est à un clic, et la suite se voit ici.
bienvenue-stripe = Configurer Stripe
tableau-argent-aide = Par devise, jamais additionnées
tableau-argent-legende = Sommes par devise
tableau-argent-rien = Aucune somme due ni reçue ce mois-ci.
tableau-tickets = Tickets ouverts
tableau-tickets-nombre = { $nombre ->
    [0] aucun ticket
    [one] un ticket
   *[other] { $nombre } tickets
}{ $attend ->
    [0] {""}
    [one] , un attend votre réponse
   *[other] , { $attend } attendent votre réponse
}
tableau-tickets-rien = Aucun ticket ouvert.
tableau-mouvements = Mouvements
tableau-mouvements-rien = Rien encore.
voir-litige = Voir le litige
litige-avant = preuves à envoyer avant le { $date }
relancer = Relancer
tableau-a-faire-suite = Voir toutes les opportunités gagnées
tableau-lignes-suite = les { $nombre } plus urgentes
voir-stripe = Voir chez Stripe
litige-preuves = preuves envoyées, la banque décide
repondre-litige = Répondre chez Stripe
argent-du = Dû
argent-dont-retard = dont en retard
argent-en-cours = Paiement en cours
argent-attendu = vers le { $date }
argent-conteste = Contesté
argent-recu-mois = Reçu en { $mois }
argent-paye-annee = Payé en { $annee }
dont-en-retard = dont { $montant } en retard
montant-retenu = { $montant } contestés, retenus par la banque
en-retard = En retard
client-toutes-opportunites = Voir toutes ses opportunités

nouveau-client = Nouveau client
ajouter-client = Ajouter le client
chercher-client = Chercher un client
chercher-client-champ = Nom ou e-mail
clients-aucun = Aucun client encore. Ajoutez le premier.
clients-aucun-trouve = Aucun client ne correspond.
client-en-langue-fr = en français
client-en-langue-en = en anglais
client-sans-opportunite = Aucune opportunité pour ce client.
fiche = Fiche
modifier-client = Modifier la fiche
conflit-actuel = { $champ }, enregistré entre-temps
supprimer-client = Supprimer ce client
supprimer-client-avis = { $lien } disparaît avec ses opportunités, ses tickets et son historique. Un client qui a payé ne peut pas être supprimé.
supprimer-client-oui = Supprimer définitivement
tickets-ouverts = Tickets ouverts
tickets-a-repondre = { $nombre ->
    [one] un attend votre réponse
   *[other] { $nombre } attendent votre réponse
}
dernier-contact = Dernier contact

portail-ouvert = Portail ouvert
portail-ouvert-depuis = Portail ouvert depuis le { $date }
portail-aucun = Ce client n’a pas encore de page privée.
generer-lien-portail = Générer lien portail
copier-lien-portail = Copier
portail-regenerer = Régénérer
portail-regenerer-avis = Un nouveau lien remplace l’ancien, qui cesse aussitôt de fonctionner.
portail-regenerer-oui = Régénérer le lien
portail-revoquer = Révoquer
portail-revoquer-avis = Le lien cesse aussitôt de fonctionner. Le client n’a plus de page privée.
portail-revoquer-oui = Révoquer le lien

emails-echanges = Emails / échanges
emails-echanges-aide = Gardez ici ce qui mérite de rester.
sans-objet = (sans objet)
email-coupe = Le message est plus long : seul son début est gardé ici.
pieces-jointes = Pièces jointes (seuls leurs noms sont gardés) :
champ-fichier-eml = Ou le message lui-même, enregistré depuis votre messagerie (.eml)
champ-fichier-eml-aide = Choisissez-le, ou déposez-le sur ce formulaire. 10 Mo au plus ; des pièces jointes, seuls les noms sont gardés.
onglet-email = E-mail
onglet-note = Note
onglet-ticket = Ticket
ajouter-historique = Ajouter dans l’historique
creer-ticket = Créer un ticket
ticket-visible-client = Le client le lit sur son portail.
historique = Historique
historique-vide = Rien encore.
filtrer-historique = Filtrer l’historique
filtre-tout = Tout
filtre-emails = E-mails
filtre-paiements = Paiements
filtre-tickets = Tickets
filtre-notes = Notes
filtre-etapes = Étapes
modifier-deplacer-supprimer = Modifier, déplacer ou supprimer
cette-note = cette note
evenement-modifier-email = Modifier cet e-mail
evenement-modifier-note = Modifier cette note
evenement-texte = Contenu
evenement-supprimer-avis = Il n’en reste rien dans l’historique, sans retour.
evenement-supprimer-oui = Supprimer définitivement

nouvelle-opportunite = Nouvelle opportunité
ajouter-opportunite = Ajouter l’opportunité
presentation = Présentation
vue-tableau = Tableau
vue-liste = Liste
filtrer-opportunites = Filtrer les opportunités
echeance-en_retard = En retard
echeance-ce_mois = Ce mois-ci
echeance-sans_echeance = Sans échéance
opportunites-sans-client = Une opportunité appartient à un client. Ajoutez d’abord un client.
opportunites-aucune-trouvee = Aucune opportunité ne correspond.
opportunites-aucune = Aucune opportunité encore. La première apparaît ici, à son étape.
echeance-passee-sans-lien = Échéance passée, lien à générer
opportunites-nombre = { $nombre ->
    [one] { $nombre } opportunité
   *[other] { $nombre } opportunités
}
filtre-client = Client :
retirer-filtres = Retirer les filtres
filtres-plus = Plus de filtres
choisir-client = Choisir un client
deplacer = Déplacer
deplacer-vers = Déplacer vers
voir-les = Voir les { $nombre }
voir-perdues = Voir les perdues
voir-opportunites = { $nombre ->
    [one] Voir l’opportunité
   *[other] Voir les { $nombre } opportunités
    }
generer-lien-paiement = Générer lien de paiement
copier-lien = Copier le lien
copier-message = Copier le message
message-pret = Message prêt à envoyer
message-pret-aide = Dans la langue de votre client, avec le lien
lance-depuis = { $jours ->
    [0] lancé aujourd’hui
    [one] lancé hier
   *[other] lancé il y a { $jours } jours
}
lance-aide = La banque confirme en général sous cinq jours ouvrés.
page-paiement = Page de paiement
page-paiement-pas-ouverte = pas encore ouverte par le client
page-paiement-ouverte = ouverte par le client le { $date }
ouvrir-page-client = Ouvrir la page du client
marquer-gagnee = Marquer gagnée
changer-etape = Changer d’étape
actes-rares = Plus
montant-manquant = Il faut un montant pour générer un lien de paiement.
indiquer-montant = Indiquer le montant
prix-fige = De l’argent est reçu ou en route : le prix ne change plus.
montant-change-avis = Changer le montant ou la devise annule l’essai de paiement en cours ; le lien reste le même.
modifier-opportunite = Modifier l’opportunité
supprimer-opportunite = Supprimer cette opportunité
supprimer-opportunite-avis = « { $lien } » disparaît. Une opportunité payée ne peut pas être supprimée.
supprimer-opportunite-avis-lien = « { $lien } » disparaît, et son lien de paiement cesse de fonctionner. Une opportunité payée ne peut pas être supprimée.
supprimer-opportunite-oui = Supprimer définitivement
encaisser = Marquer payé
encaisser-avis = Pour un virement ou des espèces.
encaisser-avis-lien = Le lien de paiement sera fermé chez Stripe : votre client ne pourra pas payer deux fois.
encaisser-oui = Marquer payé
champ-date-paiement = Reçu le
annuler-encaissement = Annuler cet encaissement
annuler-encaissement-avis = L’opportunité redevient à payer. L’encaissement et son annulation restent tous deux dans l’historique.
annuler-encaissement-oui = Annuler cet encaissement
annuler-lien = Annuler le lien de paiement
annuler-lien-avis = La page de paiement est fermée aussitôt, chez Stripe et ici ; le lien que votre client a reçu ne s’ouvre plus. Le prochain que vous générerez sera un autre : envoyez-le-lui.
annuler-lien-oui = Annuler le lien
lien-annule-le = annulé le { $date }
encaisse-par = Encaissé par
rembourser = Rembourser
rembourser-avis = L’argent repart vers votre client, par Stripe. Un remboursement ne se reprend pas.
rembourser-aide = { $limite } au plus.
rembourser-lequel = Quel paiement
rembourser-oui = Rembourser pour de bon
remboursement = Remboursement
remboursements = Remboursements
remboursement-demande = Demandé
remboursement-fait = Fait
remboursement-prepare = Pas encore confirmé
remboursement-prepare-aide = Demandé à Stripe, qui n’a pas encore répondu. Ne le demandez pas deux fois.
remboursement-a-verifier = À vérifier
remboursement-a-verifier-aide = Personne ne sait si Stripe l’a fait. Guichet le cherche chez Stripe, au plus tôt un quart d’heure après l’avoir demandé ; son montant reste réservé jusque-là.
remboursement-en_cours = Remboursement en route
remboursement-en_cours-aide = Stripe l’a pris. La banque met en général cinq à dix jours ouvrés.
remboursement-echoue = N’a pas abouti
motif-balance_insufficient = Votre solde chez Stripe ne suffit pas. Réessayez après le prochain paiement.
motif-charge_already_refunded = Ce paiement était déjà remboursé.
motif-charge_disputed = Ce paiement est contesté : il se règle avec la banque.
motif-declined = La banque du client l’a refusé. L’argent revient sur votre solde Stripe.
motif-expired_or_canceled_card = La carte du client n’existe plus. L’argent revient sur votre solde Stripe.
motif-insufficient_funds = Votre solde chez Stripe ne suffisait pas.
motif-lost_or_stolen_card = La carte du client est perdue ou volée. L’argent revient sur votre solde Stripe.
motif-autre = Stripe dit : { $code }.
etapes = Étapes
paiement = Paiement
lien-paiement = Lien de paiement
lien-genere-le = généré le { $date }
envoyer-lien = Envoyer le lien
envoyer-rappel = Envoyer un rappel
dernier-envoi = Dernier envoi
envoi-lien_paiement = Lien
envoi-rappel = Rappel
envoi-statut-en_attente = pas encore parti
envoi-statut-annule = annulé : il n’y avait plus rien à réclamer
envoi-statut-echoue = non remis : vérifiez l’adresse du client
depassee-de = { $jours ->
    [one] dépassée d’un jour
   *[other] dépassée de { $jours } jours
}
montant-conteste = Retenu par la banque
montant-repris-aide = La banque a donné raison à votre client : cet argent ne revient pas.
montant-conteste-limite = Votre client conteste ce paiement. Envoyez vos preuves chez Stripe avant le { $date }.
montant-conteste-preuves = Votre client conteste ce paiement. Vos preuves sont parties : la banque décide, il n’y a rien à faire d’ici là.
montant-conteste-aide = Votre client conteste ce paiement. Envoyez vos preuves chez Stripe avant la date qui y est indiquée.
montant-recu = Reçu
surplus-aide = Payé deux fois : remboursez un des deux paiements.
non-conforme-aide = De l’argent est arrivé qui ne correspond pas à ce qui était demandé. Vérifiez dans Stripe.
essais = Essais de paiement
essai = Essai { $numero }
essai-commence = Commencé
essai-issue = Issue
session-jusqu-au = jusqu’au { $date } ; ensuite le même lien en ouvre une autre
session-refus = carte refusée le { $date }
reverifier = Revérifier auprès de Stripe
preuve = Preuve
preuve-aide = Ce qui est arrivé, ce qui l’a traité, ce qui a changé.
preuve-legende = Chaque événement, son traitement et son effet
preuve-evenement = Événement
preuve-traitement = Traitement
preuve-changement = Changement
preuve-essais = { $nombre } essais
preuve-rien = rien de nouveau au registre
preuve-recu-applique = reçu ici, appliqué à { $applique }
stripe-checkout-session-completed = Le client a terminé sur la page de Stripe
stripe-checkout-session-async_payment_succeeded = La banque a payé
stripe-checkout-session-async_payment_failed = La banque n’a pas payé
stripe-checkout-session-expired = La page de paiement est fermée
stripe-payment_intent-payment_failed = Une tentative a été refusée
stripe-charge-refunded = Un remboursement est parti
stripe-refund-created = Un remboursement est demandé
stripe-refund-updated = Un remboursement a avancé
stripe-refund-failed = Un remboursement n’a pas abouti
stripe-charge-dispute-created = Le paiement est contesté
stripe-charge-dispute-updated = La contestation a avancé
stripe-charge-dispute-funds_withdrawn = La somme contestée est retirée
stripe-charge-dispute-funds_reinstated = La somme contestée est rendue
stripe-charge-dispute-closed = La contestation est close
preuve-historique = Historique :
liste-coupee = Seuls les { $nombre } plus récents sont montrés.
preuve-identifiant = Identifiant
preuve-arrive = Survenu chez Stripe
preuve-recu = Reçu ici
preuve-applique = Appliqué
preuve-corps = Tel que Stripe l’a envoyé
preuve-corps-aide = Le jeton de votre lien de paiement y est effacé.
preuve-rejouer = Rejouer cet événement
preuve-rejouer-aide = Ce qu’il dit est appliqué encore une fois ; rien n’est compté deux fois.

filtrer-tickets = Filtrer les tickets
chercher-ticket = Chercher un ticket
chercher-ticket-champ = Sujet ou client
tickets-aucun = Aucun ticket.
tickets-aucun-phrase = Vos clients en créent depuis leur page privée ; vous, ici ou depuis la fiche d’un client.
tickets-sans-client = Un ticket appartient à un client. Ajoutez d’abord un client.
nouveau-ticket = Nouveau ticket
ticket-visible-portail = Le client le lit sur sa page privée, s’il en a une.
tickets-aucun-trouve = Aucun ticket ne correspond.
ticket-sans-portail = Ce client n’a pas de page privée : il ne verra pas votre réponse.
statuts-ticket-nouveau = Nouveaux
statuts-ticket-en_cours = En cours
statuts-ticket-resolu = Résolus
ticket-attend-vous = Attend votre réponse
ticket-attend-client = Attend le client
ticket-invisible = Le client ne le voit pas : pas de page privée
ticket-resoudre = Marquer résolu
ticket-rouvrir = Rouvrir
non-lu = Non lu
marquer-lu = Marquer lu
composer = Ajouter un e-mail, une note ou un ticket
reglages-stripe-dabord = Stripe n’est pas configuré : commencez par là, vos clients pourront payer.
tout-lire = Tout lire
nav-a-faire = à faire
non-lus = { $nombre ->
    [one] non lu
   *[other] non lus
}
conversation = Conversation

job-avancement = Avancement
job-en_attente = En file
job-en_cours = En cours
job-rejete = Demande refusée
job-inconnu = Non confirmé
job-echoue = Mis de côté
job-patience = Votre demande est enregistrée. Elle sera traitée, même si vous quittez cette page.
job-rejete-phrase = La demande a été refusée.
job-inconnu-phrase = Nous n’avons pas trace de cette demande : rien ne dit qu’elle a été faite. Vérifiez, puis recommencez si besoin.
job-echoue-phrase = La demande n’a pas pu être traitée. Elle est gardée et peut être relancée.
job-retour = Revenir

oubli-titre = Mot de passe oublié
oubli-phrase = Indiquez l’adresse de votre compte. Un lien vous permettra de choisir un nouveau mot de passe.
oubli-envoyer = Envoyer le lien
oubli-envoye = Si un compte a cette adresse, un e-mail vient d’y partir. Son lien vaut une heure.
oubli-sans-courriel = Ce serveur n’envoie pas d’e-mails : demandez un nouveau mot de passe à la personne qui a installé Guichet.
oubli-serveur = Sur le serveur, il se choisit par cette commande :
adresse-exemple = vous@exemple.fr
oubli-retour = Revenir à la connexion
oubli-nouveau-titre = Nouveau mot de passe
oubli-nouveau-phrase = Il remplace l’ancien, ferme toutes les sessions et révoque les jetons d’accès.

reglages-profil = Profil
reglages-mot-de-passe-aide = Le changer ferme vos autres sessions. Vos jetons d’accès restent valables : révoquez ceux dont vous doutez.
reglages-changer-mot-de-passe = Changer le mot de passe
reglages-avis-mot-de-passe = Mot de passe changé. Vos autres sessions sont fermées ; vos jetons d’accès restent valables.
reglages-avis-sessions = C’est déconnecté.
reglages-logo = Logo
reglages-logo-aide = En tête des pages que vos clients ouvrent.
reglages-logo-ajouter = Ajouter le logo
reglages-logo-remplacer = Remplacer le logo
reglages-logo-retirer = Retirer le logo
reglages-couleur = Couleur
reglages-couleur-aide = Une bande en tête des pages que vos clients ouvrent.
reglages-couleur-aucune = Aucune pour l’instant.
reglages-couleur-choisir = Enregistrer la couleur
reglages-couleur-retirer = Retirer la couleur
champ-couleur = Votre couleur
champ-logo = Image
champ-logo-aide = PNG, JPEG ou WebP, 100 Ko au plus. Un fond blanc convient aux deux thèmes.
reglages-sessions = Sessions
reglages-sessions-aide = Là où vous êtes connecté.
session-appareil = Appareil
session-appareil-inconnu = Appareil inconnu
session-vue = Vue pour la dernière fois
session-ouverte-le = ouverte le { $date }
session-actuelle = celle-ci
session-fermer = Déconnecter
session-fermer-autres = Déconnecter toutes les autres
reglages-jetons = Jetons d’accès
reglages-jetons-aide = Pour vos scripts, à la place de votre mot de passe. Un jeton ouvre toute l’API en votre nom, sauf les sessions, le mot de passe et les jetons.
champ-jeton-nom = Nom du jeton
champ-jeton-nom-aide = Ce qui s’en servira, { $max } caractères au plus.
jeton-creer = Créer un jeton
jeton-cree = Créé
jeton-nouveau = Nouveau jeton d’accès
jeton-une-fois = Copiez-le maintenant : il ne sera plus jamais montré.
jeton-pret = S’il se perd, révoquez-le et créez-en un autre.
jeton-en-file = Sa création est encore en file : il ouvrira dès qu’il paraîtra dans la liste ci-dessous. S’il n’y paraît pas, créez-en un autre.
jeton-copier = Copier le jeton
jeton-revoquer = Révoquer
jeton-revoquer-avis = Les scripts qui s’en servent n’entreront plus, dès maintenant.
jeton-revoquer-oui = Révoquer ce jeton
reglages-stripe-aide = Un compte Stripe par serveur : tous ses utilisateurs le partagent.
stripe-cle = Clé
stripe-cle-reelle = Mode réel
stripe-cle-test = Mode test
stripe-cle-absente = Absente
stripe-secret = Secret du webhook
stripe-secret-present = Présent
stripe-secret-absent = Absent
stripe-dernier = Dernier événement reçu
stripe-dernier-aucun = Aucun encore
stripe-webhook = Adresse du webhook, à copier dans Stripe
stripe-evenements = Événements à cocher
stripe-manque = Ce qui manque
stripe-manque-cle = La clé secrète de Stripe : donnez STRIPE_SECRET_KEY au worker. D’ici là, aucun lien ne peut être payé.
stripe-manque-secret = Le secret du webhook : créez le webhook dans Stripe, puis donnez STRIPE_WEBHOOK_SECRET à l’edge.
stripe-manque-evenement = Un premier événement : envoyez-en un d’essai depuis Stripe pour vérifier l’adresse.
stripe-manque-reel = Une clé du mode réel : avec celle du mode test, aucun paiement n’est réel, et les comptes de Guichet sont ceux d’un essai.
stripe-complet = Rien ne manque.
copier-adresse = Copier l’adresse
reglages-courriels = E-mails
courriels-aide = Sans serveur de courriel, Guichet n’envoie rien : ni liens, ni rappels, ni nouvelles. Donnez SMTP_URL et MAIL_FROM au worker.
courriels-serveur = Serveur de courriel
courriels-serveur-present = Configuré
courriels-serveur-absent = Absent
courriels-dernier = Dernier envoi
courriels-dernier-aucun = Aucun encore
courriels-attente = En attente
courriels-refuses = Non remis
courriels-reponse = Réponse du serveur
courriel-type-lien_paiement = Lien de paiement
courriel-type-rappel = Rappel
courriel-type-paiement_recu = Paiement reçu
courriel-type-paiement_echoue = Paiement refusé
courriel-type-paiement_enquete = Demande de la banque
courriel-type-paiement_conteste = Paiement contesté
courriel-type-paiement_non_conforme = Paiement à vérifier
courriel-type-ticket_cree = Nouveau ticket
courriel-type-ticket_reponse = Réponse à un ticket
courriel-type-mot_de_passe = Nouveau mot de passe
courriel-statut-echoue = Abandonné
courriel-statut-en_attente = { $nombre ->
    [one] Un essai, à suivre
   *[other] { $nombre } essais, à suivre
}

# Said once, when it is done.
fait-CreateUtilisateur = Compte créé. Connectez-vous.
fait-UpdateUtilisateur = Réglages enregistrés.
fait-UpdateLogo = Logo mis à jour.
fait-UpdateMotDePasse = Mot de passe changé.
fait-ResetMotDePasse = Mot de passe changé. Connectez-vous.
fait-CreateJetonApi = Jeton créé.
fait-RevokeJetonApi = Jeton révoqué.
fait-CreateClient = Client ajouté.
fait-UpdateClient = Fiche enregistrée.
fait-DeleteClient = Client supprimé.
fait-EraseClient = Données personnelles effacées.
fait-GeneratePortail = Lien portail généré.
fait-RevokePortail = Lien portail révoqué.
fait-CreateOpportunite = Opportunité ajoutée.
fait-UpdateOpportunite = Opportunité enregistrée.
fait-DeleteOpportunite = Opportunité supprimée.
fait-CreateTicket = Ticket créé.
fait-UpdateTicket = Ticket enregistré.
fait-ReplyTicket = Réponse envoyée.
fait-RecordEmail = Ajouté dans l’historique.
fait-deja-la = Ce message est déjà dans l’historique.
fait-RecordNote = Ajouté dans l’historique.
fait-UpdateEvenement = Historique enregistré.
fait-DeleteEvenement = Supprimé de l’historique.
fait-ReadEvenement = Marqué lu.
fait-CreateCheckoutSession = Lien de paiement prêt.
fait-RefreshPayment = Vérifié auprès de Stripe.
fait-CancelPaymentLink = Lien de paiement annulé.
fait-RecordPayment = Marqué payé.
fait-ReplayStripeEvent = Événement rejoué.
fait-RefundPayment = Remboursement pris par Stripe.
fait-ReversePayment = Encaissement annulé.
fait-SendLienPaiement = Le lien part par e-mail.
