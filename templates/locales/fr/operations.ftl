# The operator's page.
nav-operations = Opérations
operations-echecs = Mis de côté
operations-echecs-nombre = { $nombre ->
    [0] aucun travail
    [one] un travail
   *[other] { $nombre } travaux
}
operations-echecs-aucun = Rien n’attend votre décision.
operations-echecs-aide = Un travail mis de côté n’a rien changé. Réexécuté, il part tel qu’il a été demandé, au nom de qui l’a demandé.
operations-travail = Travail
operations-motif = Motif
operations-abandonne = Mis de côté le
operations-demande = demandé le { $date }
operations-reexecuter = Réexécuter
operations-essais = { $nombre ->
    [one] un essai
   *[other] { $nombre } essais
}
operations-motif-job-fatal = Il a arrêté le programme qui l’exécutait, à plusieurs reprises.
operations-motif-job-abandonne = Il n’a jamais abouti.
operations-motif-autre = Il n’a pas abouti.
operations-acteur-utilisateur = Un utilisateur
operations-acteur-client = Un client
operations-acteur-stripe = Stripe
operations-acteur-systeme = Le système
operations-files = Files
operations-files-aide = Ce qui attend, et depuis quand.
operations-file = File
operations-file-paiements = Paiements
operations-file-courant = Courant
operations-file-fond = Fond
operations-en-attente = En attente
operations-plus-ancien = Depuis
operations-en-cours = En cours
operations-retardes = Différés
operations-secondes = { $nombre } s
operations-minutes = { $nombre } min
operations-inconnus = { $nombre ->
    [one] Un travail attend un programme plus récent ({ $file })
   *[other] { $nombre } travaux attendent un programme plus récent ({ $file })
}
operations-redis-absent = Redis ne répond pas : les files ne se lisent pas. Rien de ce qui est enregistré n’est perdu.
operations-workers = Programmes en marche
operations-workers-aucun = Aucun programme ne traite les files : rien n’avance.
operations-libre = libre
operations-quarantaine = Quarantaine
operations-quarantaine-aide = Retiré des files, car ce n’est pas ce programme qui l’a écrit.
operations-quarantaine-illisible = Illisible
operations-quarantaine-non-signe = Sans signature valable (clé SECRET_KEY changée, ou faux)
operations-rapprochement = Rapprochement
operations-rapprochement-aide = Les événements de Stripe, comparés aux nôtres : le dernier passage de chaque sorte, et ceux qui ont réparé un oubli.
operations-rapprochement-aucun = Aucun passage encore.
operations-verifies = { $nombre ->
    [one] { $nombre } vérifié
   *[other] { $nombre } vérifiés
}
operations-repares = { $nombre ->
    [one] { $nombre } réparé
   *[other] { $nombre } réparés
}
operations-fenetre-heure = la dernière heure
operations-fenetre-trois_jours = les trois derniers jours
operations-fenetre-trente_jours = les trente derniers jours
operations-fenetre-manuelle = à la demande
travail-CreateUtilisateur = Créer un compte
travail-UpdateUtilisateur = Enregistrer les réglages
travail-UpdateLogo = Changer le logo
travail-UpdateMotDePasse = Changer le mot de passe
travail-ForgetMotDePasse = Envoyer le lien d’un mot de passe oublié
travail-ResetMotDePasse = Choisir un nouveau mot de passe
travail-CreateJetonApi = Créer un jeton
travail-RevokeJetonApi = Révoquer un jeton
travail-CreateClient = Ajouter un client
travail-UpdateClient = Enregistrer une fiche client
travail-DeleteClient = Supprimer un client
travail-EraseClient = Effacer les données d’un client
travail-GeneratePortail = Générer un lien portail
travail-RevokePortail = Révoquer un lien portail
travail-CreateOpportunite = Ajouter une opportunité
travail-UpdateOpportunite = Enregistrer une opportunité
travail-DeleteOpportunite = Supprimer une opportunité
travail-CreateTicket = Créer un ticket
travail-UpdateTicket = Enregistrer un ticket
travail-ReplyTicket = Répondre à un ticket
travail-RecordEmail = Ajouter un e-mail dans l’historique
travail-RecordNote = Ajouter une note dans l’historique
travail-UpdateEvenement = Modifier l’historique
travail-DeleteEvenement = Supprimer de l’historique
travail-ReadEvenement = Marquer lu
travail-ProcessStripeWebhook = Traiter un événement de Stripe
travail-CreateCheckoutSession = Générer un lien de paiement
travail-RefreshPayment = Vérifier un paiement auprès de Stripe
travail-CancelPaymentLink = Annuler un lien de paiement
travail-RecordPayment = Marquer payé
travail-ReversePayment = Annuler un encaissement
travail-SendLienPaiement = Envoyer un lien de paiement par e-mail
travail-RefundPayment = Rembourser un paiement
travail-ReplayStripeEvent = Rejouer un événement de Stripe
