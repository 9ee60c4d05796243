# The operator's page.
nav-operations = Operations
operations-echecs = Set aside
operations-echecs-nombre = { $nombre ->
    [0] no job
    [one] one job
   *[other] { $nombre } jobs
}
operations-echecs-aucun = Nothing waits for your decision.
operations-echecs-aide = A job that was set aside has changed nothing. Run again, it goes as it was asked for, in the name of who asked.
operations-travail = Job
operations-motif = Reason
operations-abandonne = Set aside on
operations-demande = asked for on { $date }
operations-reexecuter = Run again
operations-essais = { $nombre ->
    [one] one try
   *[other] { $nombre } tries
}
operations-motif-job-fatal = It ended the program that ran it, several times.
operations-motif-job-abandonne = It never succeeded.
operations-motif-autre = It did not succeed.
operations-acteur-utilisateur = A user
operations-acteur-client = A client
operations-acteur-stripe = Stripe
operations-acteur-systeme = The system
operations-files = Queues
operations-files-aide = What waits, and for how long.
operations-file = Queue
operations-file-paiements = Payments
operations-file-courant = Everyday
operations-file-fond = Background
operations-en-attente = Waiting
operations-plus-ancien = Oldest
operations-en-cours = Running
operations-retardes = Delayed
operations-secondes = { $nombre } s
operations-minutes = { $nombre } min
operations-inconnus = { $nombre ->
    [one] One job waits for a newer program ({ $file })
   *[other] { $nombre } jobs wait for a newer program ({ $file })
}
operations-redis-absent = Redis does not answer: the queues cannot be read. Nothing that was saved is lost.
operations-workers = Programs at work
operations-workers-aucun = No program works on the queues: nothing moves.
operations-libre = idle
operations-quarantaine = Quarantine
operations-quarantaine-aide = Taken out of the queues, because this program did not write it.
operations-quarantaine-illisible = Unreadable
operations-quarantaine-non-signe = Without a valid signature (SECRET_KEY changed, or forged)
operations-rapprochement = Reconciliation
operations-rapprochement-aide = Stripe’s events compared with ours: the last look of each kind, and those that repaired an omission.
operations-rapprochement-aucun = No look taken yet.
operations-verifies = { $nombre } checked
operations-repares = { $nombre } repaired
operations-fenetre-heure = the last hour
operations-fenetre-trois_jours = the last three days
operations-fenetre-trente_jours = the last thirty days
operations-fenetre-manuelle = by hand
travail-CreateUtilisateur = Create an account
travail-UpdateUtilisateur = Save the settings
travail-UpdateLogo = Change the logo
travail-UpdateMotDePasse = Change the password
travail-ForgetMotDePasse = Send the link for a forgotten password
travail-ResetMotDePasse = Set a new password
travail-CreateJetonApi = Create a token
travail-RevokeJetonApi = Revoke a token
travail-CreateClient = Add a client
travail-UpdateClient = Save a client’s record
travail-DeleteClient = Delete a client
travail-EraseClient = Erase a client’s data
travail-GeneratePortail = Generate a portal link
travail-RevokePortail = Revoke a portal link
travail-CreateOpportunite = Add a deal
travail-UpdateOpportunite = Save a deal
travail-DeleteOpportunite = Delete a deal
travail-CreateTicket = Create a ticket
travail-UpdateTicket = Save a ticket
travail-ReplyTicket = Reply to a ticket
travail-RecordEmail = Add an e-mail to the history
travail-RecordNote = Add a note to the history
travail-UpdateEvenement = Change the history
travail-DeleteEvenement = Delete from the history
travail-ReadEvenement = Mark as read
travail-ProcessStripeWebhook = Process a Stripe event
travail-CreateCheckoutSession = Generate a payment link
travail-RefreshPayment = Check a payment with Stripe
travail-CancelPaymentLink = Cancel a payment link
travail-RecordPayment = Mark as paid
travail-ReversePayment = Take back a payment marked as paid
travail-SendLienPaiement = Send a payment link by e-mail
travail-RefundPayment = Refund a payment
travail-ReplayStripeEvent = Replay a Stripe event
